import sys, threading, time

COUNT = 50


def target():
    pass


for _ in sys.stdin:
    start = time.perf_counter()
    for _ in range(COUNT):
        t = threading.Thread(target=target)
        t.start()
        t.join()
    print((time.perf_counter() - start) * 1e6 / COUNT, flush=True)
