import sys, threading, time

COUNT = 200_000
semaphore = threading.Semaphore(1)


def pairs():
    acquire, release = semaphore.acquire, semaphore.release
    for _ in range(COUNT):
        acquire()
        release()


for _ in sys.stdin:
    start = time.perf_counter()
    pairs()
    print((time.perf_counter() - start) * 1e9 / COUNT, flush=True)
