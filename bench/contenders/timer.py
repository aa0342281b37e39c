import sys, threading, time

COUNT = 50


def fire():
    pass


for _ in sys.stdin:
    start = time.perf_counter()
    for _ in range(COUNT):
        t = threading.Timer(60, fire)
        t.start()
        t.cancel()
        t.join()
    print((time.perf_counter() - start) * 1e6 / COUNT, flush=True)
