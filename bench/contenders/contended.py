import sys, threading, time

THREADS = 5
INCREMENTS = 100_000


def contend(lock):
    counter = 0

    def increment():
        nonlocal counter
        for _ in range(INCREMENTS):
            with lock:
                counter += 1

    for _ in sys.stdin:
        counter = 0
        threads = [threading.Thread(target=increment) for _ in range(THREADS)]
        start = time.perf_counter()
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        milliseconds = (time.perf_counter() - start) * 1e3
        assert counter == THREADS * INCREMENTS
        print(milliseconds, flush=True)


if __name__ == "__main__":
    contend(threading.Lock())
