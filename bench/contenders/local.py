import sys, threading, time

COUNT = 100_000
local = threading.local()
local.count = 0


def increments():
    for _ in range(COUNT):
        local.count += 1


for _ in sys.stdin:
    start = time.perf_counter()
    increments()
    print((time.perf_counter() - start) * 1e9 / COUNT, flush=True)
