import sys, time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

OUTSTANDING = 1000


def noop(x):
    return x


def outstanding(pool):
    tasks = 20_000
    start = time.perf_counter()
    pending = {pool.submit(noop, i) for i in range(OUTSTANDING)}
    submitted = OUTSTANDING
    while pending:
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        for _ in range(min(len(done), tasks - submitted)):
            pending.add(pool.submit(noop, submitted))
            submitted += 1
    return (time.perf_counter() - start) * 1e6 / tasks


def burst(pool):
    tasks = 100_000
    start = time.perf_counter()
    for future in [pool.submit(noop, i) for i in range(tasks)]:
        future.result()
    return (time.perf_counter() - start) * 1e6 / tasks


def single(pool):
    tasks = 1000
    start = time.perf_counter()
    for i in range(tasks):
        pool.submit(noop, i).result()
    return (time.perf_counter() - start) * 1e6 / tasks


shape = {"outstanding": outstanding, "burst": burst, "single": single}[sys.argv[1]]
with ThreadPoolExecutor(2) as pool:
    for _ in sys.stdin:
        print(shape(pool), flush=True)
