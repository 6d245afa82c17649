/**
 * The same for Python, as the sitecustomize module that an interpreter imports before the application: print, logging, and
 * loggers that write in the call itself. It takes its folder out of sys.path again and hands on to a sitecustomize of the user's.
 * Python 2.7 can read it, and it imports nothing that an interpreter has not loaded by itself.
 */
export const pythonPreload = String.raw`# Written by Slipway: tells beside the output which statement wrote a line. The output is passed on untouched.
def _slipway():
    import os
    import sys
    import time

    spec = os.environ.get('SLIPWAY_SITES')
    if not spec or ' ' not in spec or not hasattr(os, 'O_NONBLOCK') or sys.version_info < (3, 6):
        return
    key, channel = spec.split(' ', 1)
    began = time.time()
    folder = os.getcwd()
    library = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
    own = os.path.abspath(__file__)
    loggers = ('structlog', 'loguru', 'absl', 'click', 'eliot')
    wrappers = ('log', 'trace', 'debug', 'info', 'notice', 'warn', 'warning', 'error', 'fatal', 'critical', 'printf')
    sep = '\x1f'
    state = {'fd': -1, 'ino': 0, 'dead': False, 'pid': 0, 'greeted': False, 'next': 1, 'busy': False}
    sites = {}
    stamps = {}
    kinds = {}
    pending = {1: ['', 0], 2: ['', 0]}

    def send(fields):
        if state['dead']:
            return False
        try:
            if state['fd'] < 0:
                state['fd'] = os.open(channel, os.O_WRONLY | os.O_NONBLOCK | getattr(os, 'O_CLOEXEC', 0))
                state['ino'] = os.fstat(state['fd']).st_ino
            elif os.fstat(state['fd']).st_ino != state['ino']:
                # A daemon closed what it did not know, and the number is another file's now.
                state['dead'] = True
                return False
            os.write(state['fd'], (sep.join(fields) + '\n').encode('utf-8', 'replace'))
            return True
        except BlockingIOError:
            return False
        except Exception:
            state['dead'] = True
            return False

    def clean(text):
        return text.replace(sep, ' ')

    def inode(number):
        try:
            return str(os.fstat(number).st_ino)
        except OSError:
            return ''

    # 0: of the application; 1: Python's logging, or a logger that writes in the call; 2: anything else.
    def kind_of(filename):
        kind = kinds.get(filename)
        if kind is None:
            path = os.path.join(folder, filename)
            if filename.startswith('<'):
                kind = 2
            elif path == own or path.startswith(library + 'logging' + os.sep):
                kind = 1
            elif os.sep + 'site-packages' + os.sep in path or os.sep + 'dist-packages' + os.sep in path:
                rest = path.replace('dist-packages', 'site-packages').rsplit(os.sep + 'site-packages' + os.sep, 1)[1]
                kind = 1 if rest.split(os.sep)[0] in loggers else 2
            else:
                kind = 2 if path.startswith(library) else 0
            kinds[filename] = kind
        return kind

    def stamp_of(path):
        stamp = stamps.get(path)
        if stamp is None:
            try:
                changed = os.stat(path).st_mtime
                stamp = changed * 1000 if changed <= began else 0
            except OSError:
                stamp = 0
            stamps[path] = stamp
        return stamp

    def site_of(frame):
        while frame is not None:
            filename = frame.f_code.co_filename
            kind = kind_of(filename)
            if kind == 2:
                return 0
            if kind == 0:
                # A function of the application that is named as logging is: the statement is who called it.
                for _ in range(2):
                    caller = frame.f_back
                    if frame.f_code.co_name.lower() not in wrappers or caller is None:
                        break
                    if kind_of(caller.f_code.co_filename) != 0:
                        break
                    frame = caller
                return id_of(frame.f_code.co_filename, frame.f_lineno)
            frame = frame.f_back
        return 0

    def id_of(filename, line):
        pid = os.getpid()
        if pid != state['pid']:
            state['pid'] = pid
            state['greeted'] = False
            sites.clear()
        known = sites.get((filename, line))
        if known is not None:
            return known
        if len(sites) > 5000:
            return 0
        path = os.path.join(folder, filename)
        stamp = stamp_of(path)
        if not stamp:
            sites[(filename, line)] = 0
            return 0
        if not state['greeted']:
            state['greeted'] = send(['h', key, str(pid), '0', inode(1), inode(2)])
        name = str(state['next'])
        if not state['greeted'] or not send(['d', key, str(pid), name, clean(path), str(line), '0', repr(stamp)]):
            return 0
        state['next'] += 1
        sites[(filename, line)] = name
        return name

    def record(number, text, site):
        if not site:
            return
        if text.endswith('\r'):
            text = text[:-1]
        length = len(text) if getattr(text, 'isascii', bool)() else len(text.encode('utf-16-le', 'surrogatepass')) // 2
        head = text[:40]
        tail = text[-16:] if len(text) > 40 else ''
        send(['w', key, str(state['pid']), site, str(number), str(length), clean(head), clean(tail)])

    def note(number, text, frame):
        if not text or not isinstance(text, str):
            return
        before = pending[number]
        if len(text) > 262144:
            before[0], before[1] = '\ufffd', 0
            return
        site = site_of(frame)
        mixed = before[0] != '' and before[1] != site
        end = text.find('\n')
        if end < 0:
            before[0] = before[0] + text if len(before[0]) < 65536 else '\ufffd'
            before[1] = 0 if mixed else site
            return
        line, mine = before[0] + text[:end], 0 if mixed else site
        while not line.strip() and end < len(text) - 1:
            after = text.find('\n', end + 1)
            if after < 0:
                break
            line, mine, end = text[end + 1:after], site, after
        record(number, line, mine)
        before[0], before[1] = text[text.rfind('\n') + 1:], 0

    def wrap(stream, number):
        original = stream.write

        def write(text, *rest):
            if not state['busy'] and not state['dead']:
                state['busy'] = True
                try:
                    note(number, text, sys._getframe(1))
                except Exception:
                    pass
                state['busy'] = False
            return original(text, *rest)

        stream.write = write

    for stream, number in ((sys.stdout, 1), (sys.stderr, 2)):
        if stream is not None:
            try:
                wrap(stream, number)
            except Exception:
                pass


try:
    _slipway()
except Exception:
    pass
del _slipway


def _next():
    import os
    import sys

    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or '.') != here]
    mine = sys.modules.pop('sitecustomize', None)
    try:
        import sitecustomize
    except ImportError:
        if mine is not None:
            sys.modules['sitecustomize'] = mine


_next()
`;
