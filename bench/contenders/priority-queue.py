import queue, sys, time

COUNT = 20_000
FILLED = 1_000
q = queue.PriorityQueue()
for i in range(FILLED):
    q.put(i * 7919 % 10_007)


def pairs():
    put, get = q.put, q.get
    for i in range(COUNT):
        put(i * 7919 % 10_007)
        get()


for _ in sys.stdin:
    start = time.perf_counter()
    pairs()
    print((time.perf_counter() - start) * 1e9 / COUNT, flush=True)
