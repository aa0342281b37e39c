import queue, sys, threading, time

COUNT = 20_000
q = queue.Queue()
done = queue.Queue()


def consume():
    while True:
        for _ in range(COUNT):
            q.get()
        done.put(COUNT)


threading.Thread(target=consume, daemon=True).start()
for _ in sys.stdin:
    start = time.perf_counter()
    for i in range(COUNT):
        q.put({"id": i, "name": "widget"})
    done.get()
    print((time.perf_counter() - start) * 1e9 / COUNT, flush=True)
