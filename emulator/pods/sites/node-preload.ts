/**
 * What NODE_OPTIONS preloads into a Node application: each line that a statement of the application writes to stdout or stderr is
 * told beside the output (records.ts), with the place of the statement. The output itself is passed on untouched. It is
 * source text in the language of Node 8, since it runs in whatever Node the application has, and it must never break one.
 *
 * Exact or nothing: a place is told only when every frame between the write and the application is Node's own or of a logger
 * that writes in the call itself; when the file is the one that the process loaded; and when positions are of that file (no hook
 * that compiles without a source map).
 */
export const nodePreload = String.raw`'use strict';
(function () {
  var spec = process.env.SLIPWAY_SITES;
  var space = spec ? spec.indexOf(' ') : -1;
  if (space < 0) return;
  var key = spec.slice(0, space);
  var channel = spec.slice(space + 1);
  var fs, pathOf, Module, threadId;
  try {
    fs = require('fs');
    pathOf = require('url').fileURLToPath;
    Module = require('module');
    threadId = require('worker_threads').threadId;
  } catch (_) { return; }
  if (!pathOf) return;
  var join = require('path').resolve;
  var dirname = require('path').dirname;
  var writeSync = fs.writeSync, openSync = fs.openSync, statSync = fs.statSync, fstatSync = fs.fstatSync;
  var began = Date.now() - process.uptime() * 1000;
  var loggers = /^(pino|sonic-boom|thread-stream|winston|winston-transport|logform|readable-stream|triple-beam|bunyan|consola|loglevel|log4js|debug|tslog|signale|npmlog|safe-stable-stringify|express-winston)$/;
  var wrapper = /(^|\.)(log|logger|trace|debug|info|notice|warn|warning|error|fatal|print|printf)$/i;
  var js = Module._extensions && Module._extensions['.js'];
  var ts = Module._extensions && Module._extensions['.ts'];
  var words = process.execArgv.join(' ') + ' ' + (process.env.NODE_OPTIONS || '') + ' ' + (process.argv[1] || '');
  var compiled = /(tsx|ts-node|tsimp|swc|esbuild-(register|runner)|babel|sucrase|jiti)\b/.test(words);
  var strips = process.features && process.features.typescript === 'strip';
  var fd = -1, quietUntil = 0, dead = false, greeted = false, depth = 0, faults = 0;
  var ids = new Map(), files = new Map(), nextId = 1;
  var pending = [null, { text: '', site: 0 }, { text: '', site: 0 }];
  var sep = '\x1f';

  function send(fields) {
    if (dead) return false;
    try {
      if (fd < 0) fd = openSync(channel, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
      writeSync(fd, fields.join(sep) + '\n');
      return true;
    } catch (error) {
      if (error.code !== 'EAGAIN') dead = true;
      // Full: a storm of lines is not made slower by looking for the place of each.
      else quietUntil = Date.now() + 4;
      return false;
    }
  }

  function clean(text) { return text.indexOf(sep) < 0 ? text : text.split(sep).join(' '); }

  function inode(number) {
    try { return String(fstatSync(number).ino); } catch (_) { return ''; }
  }

  function stampOf(file) {
    var stamp = files.get(file);
    if (stamp !== undefined) return stamp;
    stamp = 0;
    try {
      var changed = statSync(file).mtimeMs;
      // Changed since the process began: what was loaded may be another text.
      if (changed <= began) stamp = changed;
    } catch (_) {}
    files.set(file, stamp);
    return stamp;
  }

  function hooked() {
    var e = Module._extensions;
    return compiled || !e || e['.js'] !== js || e['.ts'] !== ts;
  }

  function placeOf(frame, file) {
    var line = frame.getLineNumber(), column = frame.getColumnNumber();
    var name = file.slice(0, 7) === 'file://' ? pathOf(file) : file;
    if (!/^([A-Za-z]:)?[\\/]/.test(name)) return undefined;
    var map;
    try { map = Module.findSourceMap && (Module.findSourceMap(file) || Module.findSourceMap(name)); } catch (_) {}
    if (map) {
      var entry = map.findEntry(line - 1, column - 1);
      if (!entry || !entry.originalSource) return undefined;
      var source = entry.originalSource;
      name = source.slice(0, 7) === 'file://' ? pathOf(source) : join(dirname(name), source);
      line = entry.originalLine + 1;
      column = entry.originalColumn + 1;
    } else if (hooked() || (/\.[cm]?tsx?$/.test(name) && !strips)) return undefined;
    return { file: name, line: line, column: column };
  }

  function takeFrames(_, frames) { return frames; }

  function capture(limit, below) {
    var before = Error.stackTraceLimit, prepare = Error.prepareStackTrace, holder = {};
    try {
      Error.stackTraceLimit = limit;
      Error.prepareStackTrace = takeFrames;
      Error.captureStackTrace(holder, below);
      return holder.stack;
    } finally {
      Error.prepareStackTrace = prepare;
      Error.stackTraceLimit = before;
    }
  }

  /** 0: not to be told exactly. */
  function siteOf(below, wholeLines) {
    var through = false;
    for (var limit = 9; limit <= 60; limit += 51) {
      var frames = capture(limit, below);
      for (var index = limit === 9 ? 0 : 9; index < frames.length; index++) {
        var frame = frames[index];
        if (frame.isAsync && frame.isAsync()) return 0;
        var file = frame.getFileName();
        if (!file) {
          if (frame.isNative && frame.isNative()) continue;
          if (frame.isEval && frame.isEval()) return 0;
          continue;
        }
        if (file.slice(0, 5) === 'node:' || file === __filename) continue;
        if (file.indexOf('/') < 0 && file.indexOf('\\') < 0) continue;
        if (file.slice(0, 9) === 'internal/') continue;
        var at = Math.max(file.lastIndexOf('/node_modules/'), file.lastIndexOf('\\node_modules\\'));
        if (at >= 0) {
          if (!loggers.test(file.slice(at + 14).split(/[\\/]/)[0])) return 0;
          through = true;
          continue;
        }
        // A logger that gathers may write other statements' lines in this one's call.
        if (through && !wholeLines) return 0;
        // A function of the application that is named as logging is: the statement is who called it.
        for (var up = 1; up <= 2 && wrapper.test(frame.getFunctionName() || ''); up++) {
          var caller = frames[index + up];
          var from = caller && !(caller.isAsync && caller.isAsync()) && caller.getFileName();
          if (!from || from.slice(0, 5) === 'node:' || /[\\/]node_modules[\\/]/.test(from)) break;
          frame = caller;
          file = from;
        }
        return idOf(frame, file);
      }
      if (frames.length < limit) return 0;
    }
    return 0;
  }

  function idOf(frame, file) {
    var name = file + ':' + frame.getLineNumber() + ':' + frame.getColumnNumber();
    var known = ids.get(name);
    if (known !== undefined && known.told) return known.id;
    if (!known) {
      if (ids.size > 5000) return 0;
      var place = placeOf(frame, file);
      var stamp = place ? stampOf(place.file) : 0;
      var loaded = stamp && place.file !== file && file.slice(0, 7) !== 'file://' ? stampOf(file) : stamp;
      if (stamp && loaded) known = { id: threadId + '.' + nextId++, place: place, stamp: stamp, told: false };
      else known = { id: 0, told: true };
      ids.set(name, known);
      if (known.told) return 0;
    }
    if (!greeted) greeted = send(['h', key, process.pid, threadId, inode(1), inode(2)]);
    known.told = greeted && send(['d', key, process.pid, known.id, clean(known.place.file), known.place.line, known.place.column, known.stamp]);
    return known.told ? known.id : 0;
  }

  function record(number, text, site) {
    if (!site) return;
    if (text.charCodeAt(text.length - 1) === 13) text = text.slice(0, -1);
    var head = text.slice(0, 40), tail = text.length > 40 ? text.slice(-16) : '';
    if (/[\ud800-\udbff]$/.test(head)) head = head.slice(0, -1);
    if (/^[\udc00-\udfff]/.test(tail)) tail = tail.slice(1);
    send(['w', key, process.pid, site, number, text.length, clean(head), clean(tail)]);
  }

  function note(number, chunk, below) {
    var text;
    if (typeof chunk === 'string') text = chunk;
    else if (chunk && chunk.byteLength <= 65536) text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('utf8');
    var state = pending[number];
    if (quietUntil > 0) {
      if (Date.now() < quietUntil) text = undefined;
      else quietUntil = 0;
    }
    if (text === undefined || text.length > 262144) {
      // What follows on this line is nobody's; a chunk that ends one leaves nothing.
      state.text = typeof chunk === 'string' && chunk.charCodeAt(chunk.length - 1) === 10 ? '' : '\ufffd';
      state.site = 0;
      return;
    }
    if (text === '') return;
    var end = text.indexOf('\n');
    var site = siteOf(below, end < 0 || end === text.length - 1);
    var mixed = state.text !== '' && state.site !== site;
    if (end < 0) {
      state.text = state.text.length > 65536 ? '\ufffd' : state.text + text;
      state.site = mixed ? 0 : site;
      return;
    }
    var line = state.text + text.slice(0, end);
    var own = mixed ? 0 : site;
    // Of several lines the first that says something stands for the statement.
    while (line.trim() === '' && end < text.length - 1) {
      var next = text.indexOf('\n', end + 1);
      if (next < 0) break;
      line = text.slice(end + 1, next);
      own = site;
      end = next;
    }
    record(number, line, own);
    state.text = text.slice(text.lastIndexOf('\n') + 1);
    state.site = 0;
  }

  function quietly(number, chunk, below) {
    if (dead || depth > 0) return;
    depth++;
    try { note(number, chunk, below); } catch (_) { if (++faults > 20) dead = true; }
    depth--;
  }

  function wrap(stream, number) {
    var original = stream.write;
    if (typeof original !== 'function') return;
    stream.write = function write(chunk) {
      quietly(number, chunk, write);
      depth++;
      try { return original.apply(this, arguments); } finally { depth--; }
    };
  }

  function hook(name, number) {
    var found = Object.getOwnPropertyDescriptor(process, name);
    if (!found || !found.get || !found.configurable) return;
    var wrapped = false;
    Object.defineProperty(process, name, {
      configurable: true,
      enumerable: found.enumerable,
      set: found.set,
      get: function () {
        var stream = found.get.call(process);
        if (!wrapped && stream) {
          wrapped = true;
          try { wrap(stream, number); } catch (_) {}
        }
        return stream;
      }
    });
  }

  try {
    hook('stdout', 1);
    hook('stderr', 2);
    fs.writeSync = function (number, data, offset, length) {
      if ((number === 1 || number === 2) && depth === 0) {
        var part = data;
        if (typeof data !== 'string' && data && (typeof offset === 'number' || typeof length === 'number')) {
          var from = offset || 0;
          part = data.subarray(from, typeof length === 'number' ? from + length : undefined);
        }
        quietly(number, part, fs.writeSync);
      }
      return writeSync.apply(this, arguments);
    };
  } catch (_) {}
})();
`;
