import sys, threading, time

COUNT = 2_000
ping = threading.Event()
pong = threading.Event()


def answer():
    while True:
        ping.wait()
        ping.clear()
        pong.set()


threading.Thread(target=answer, daemon=True).start()
for _ in sys.stdin:
    start = time.perf_counter()
    for _ in range(COUNT):
        ping.set()
        pong.wait()
        pong.clear()
    print((time.perf_counter() - start) * 1e6 / COUNT, flush=True)
