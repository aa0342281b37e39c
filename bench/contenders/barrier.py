import sys, threading, time

COUNT = 1_000
barrier = threading.Barrier(3)


def meet():
    while True:
        barrier.wait()


for _ in range(2):
    threading.Thread(target=meet, daemon=True).start()
for _ in sys.stdin:
    start = time.perf_counter()
    for _ in range(COUNT):
        barrier.wait()
    print((time.perf_counter() - start) * 1e6 / COUNT, flush=True)
