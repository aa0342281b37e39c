import sys, threading, time

COUNT = 200_000
event = threading.Event()


def rounds():
    for _ in range(COUNT):
        event.set()
        event.wait()
        event.clear()


for _ in sys.stdin:
    start = time.perf_counter()
    rounds()
    print((time.perf_counter() - start) * 1e9 / COUNT, flush=True)
