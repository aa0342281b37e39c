import queue, sys, time

COUNT = 100_000
q = queue.SimpleQueue()


def pairs():
    put, get = q.put, q.get
    for i in range(COUNT):
        put(i)
        get()


for _ in sys.stdin:
    start = time.perf_counter()
    pairs()
    print((time.perf_counter() - start) * 1e9 / COUNT, flush=True)
