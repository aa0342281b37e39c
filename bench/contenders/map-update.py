import sys, threading, time

THREADS, EACH = 4, 25_000
lock = threading.Lock()
counts = {}


def count():
    for i in range(EACH):
        with lock:
            counts[i % 8] = counts.get(i % 8, 0) + 1


for _ in sys.stdin:
    counts.clear()
    start = time.perf_counter()
    threads = [threading.Thread(target=count) for _ in range(THREADS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    taken = (time.perf_counter() - start) * 1e3
    assert sum(counts.values()) == THREADS * EACH
    print(taken, flush=True)
