import sys, threading, time

COUNT = 2_000
changed = threading.Condition()
ball = 0


def partner():
    global ball
    with changed:
        while True:
            while ball == 0:
                changed.wait()
            ball = 0
            changed.notify()


def strokes():
    global ball
    with changed:
        for _ in range(COUNT):
            ball = 1
            changed.notify()
            while ball == 1:
                changed.wait()


threading.Thread(target=partner, daemon=True).start()
for _ in sys.stdin:
    start = time.perf_counter()
    strokes()
    print((time.perf_counter() - start) * 1e6 / COUNT, flush=True)
