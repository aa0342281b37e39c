import threading

from contended import contend

contend(threading.RLock())
