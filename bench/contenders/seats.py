import sys, threading, time

THREADS = 5
VISITS = 50_000
seats = threading.Semaphore(2)
counts = [0] * THREADS


def visit(me):
    for _ in range(VISITS):
        with seats:
            counts[me] += 1


for _ in sys.stdin:
    counts = [0] * THREADS
    threads = [threading.Thread(target=visit, args=(i,)) for i in range(THREADS)]
    start = time.perf_counter()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    milliseconds = (time.perf_counter() - start) * 1e3
    assert sum(counts) == THREADS * VISITS
    print(milliseconds, flush=True)
