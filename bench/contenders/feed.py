import queue, sys, threading, time

COUNT = 20_000
q = queue.Queue(100)


def consume():
    while True:
        q.get()
        q.task_done()


threading.Thread(target=consume, daemon=True).start()
for _ in sys.stdin:
    start = time.perf_counter()
    for i in range(COUNT):
        q.put(i)
    q.join()
    print((time.perf_counter() - start) * 1e9 / COUNT, flush=True)
