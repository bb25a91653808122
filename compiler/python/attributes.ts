import type {Language} from './language.js';

/**
 * Names of attributes: what `dir()` says of the modules that a section condition can use and of Python's own types, in any
 * of CPython 3.10 to 3.14, on any system, and PyPy's. One that is not here is an AttributeError; one that is and has no value
 * of its own elsewhere depends on the host, or is not worked out ahead.
 */
const names: Readonly<Record<string, string>> = {
  NoneType: '__bool__',
  bool:
    '__abs__ __add__ __and__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getnewargs__ ' +
    '__index__ __int__ __invert__ __lshift__ __mod__ __mul__ __neg__ __or__ __pos__ __pow__ __radd__ __rand__ ' +
    '__rdivmod__ __rfloordiv__ __rlshift__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ ' +
    '__rsub__ __rtruediv__ __rxor__ __sub__ __truediv__ __trunc__ __xor__ as_integer_ratio bit_count bit_length ' +
    'conjugate denominator from_bytes imag is_integer numerator real to_bytes',
  bytes:
    '__add__ __buffer__ __bytes__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __mod__ __mul__ __rmod__ __rmul__ ' +
    'capitalize center count decode endswith expandtabs find fromhex hex index isalnum isalpha isascii isdigit ' +
    'islower isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix removesuffix ' +
    'replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title ' +
    'translate upper zfill',
  complex:
    '__abs__ __add__ __bool__ __complex__ __getnewargs__ __mul__ __neg__ __pos__ __pow__ __radd__ __rmul__ __rpow__ ' +
    '__rsub__ __rtruediv__ __sub__ __truediv__ conjugate from_number imag real',
  dict:
    '__class_getitem__ __contains__ __delitem__ __getitem__ __ior__ __iter__ __len__ __or__ __reversed__ __ror__ ' +
    '__setitem__ clear copy fromkeys get items keys pop popitem setdefault update values',
  float:
    '__abs__ __add__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getformat__ __getnewargs__ ' +
    '__int__ __mod__ __mul__ __neg__ __pos__ __pow__ __radd__ __rdivmod__ __rfloordiv__ __rmod__ __rmul__ ' +
    '__round__ __rpow__ __rsub__ __rtruediv__ __setformat__ __sub__ __truediv__ __trunc__ as_integer_ratio ' +
    'conjugate from_number fromhex hex imag is_integer real',
  frozenset:
    '__and__ __class_getitem__ __contains__ __iter__ __len__ __or__ __rand__ __ror__ __rsub__ __rxor__ __sub__ ' +
    '__xor__ copy difference intersection isdisjoint issubset issuperset symmetric_difference union',
  builtin: '__call__ __module__ __name__ __qualname__ __self__ __text_signature__',
  function:
    '__annotate__ __annotations__ __builtins__ __call__ __closure__ __code__ __defaults__ __dict__ __get__ __globals__ ' +
    '__kwdefaults__ __module__ __name__ __qualname__ __type_params__',
  int:
    '__abs__ __add__ __and__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getnewargs__ ' +
    '__index__ __int__ __invert__ __lshift__ __mod__ __mul__ __neg__ __or__ __pos__ __pow__ __radd__ __rand__ ' +
    '__rdivmod__ __rfloordiv__ __rlshift__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ ' +
    '__rsub__ __rtruediv__ __rxor__ __sub__ __truediv__ __trunc__ __xor__ as_integer_ratio bit_count bit_length ' +
    'conjugate denominator from_bytes imag is_integer numerator real to_bytes',
  list:
    '__add__ __class_getitem__ __contains__ __delitem__ __getitem__ __iadd__ __imul__ __iter__ __len__ __mul__ ' +
    '__reversed__ __rmul__ __setitem__ append clear copy count extend index insert pop remove reverse sort',
  module: '__loader__ __name__ __package__ __spec__',
  object:
    '__class__ __delattr__ __dict__ __dir__ __doc__ __eq__ __format__ __ge__ __getattribute__ __getstate__ __gt__ ' +
    '__hash__ __init__ __init_subclass__ __le__ __lt__ __ne__ __new__ __reduce__ __reduce_ex__ __repr__ ' +
    '__setattr__ __sizeof__ __str__ __subclasshook__',
  os:
    'CLD_CONTINUED CLD_DUMPED CLD_EXITED CLD_KILLED CLD_STOPPED CLD_TRAPPED CLONE_FILES CLONE_FS CLONE_NEWCGROUP ' +
    'CLONE_NEWIPC CLONE_NEWNET CLONE_NEWNS CLONE_NEWPID CLONE_NEWTIME CLONE_NEWUSER CLONE_NEWUTS CLONE_SIGHAND ' +
    'CLONE_SYSVSEM CLONE_THREAD CLONE_VM DirEntry EFD_CLOEXEC EFD_NONBLOCK EFD_SEMAPHORE EX_CANTCREAT EX_CONFIG ' +
    'EX_DATAERR EX_IOERR EX_NOHOST EX_NOINPUT EX_NOPERM EX_NOTFOUND EX_NOUSER EX_OK EX_OSERR EX_OSFILE ' +
    'EX_PROTOCOL EX_SOFTWARE EX_TEMPFAIL EX_UNAVAILABLE EX_USAGE F_LOCK F_OK F_TEST F_TLOCK F_ULOCK GRND_NONBLOCK ' +
    'GRND_RANDOM GenericAlias MFD_ALLOW_SEALING MFD_CLOEXEC MFD_HUGETLB MFD_HUGE_16GB MFD_HUGE_16MB MFD_HUGE_1GB ' +
    'MFD_HUGE_1MB MFD_HUGE_256MB MFD_HUGE_2GB MFD_HUGE_2MB MFD_HUGE_32MB MFD_HUGE_512KB MFD_HUGE_512MB ' +
    'MFD_HUGE_64KB MFD_HUGE_8MB MFD_HUGE_MASK MFD_HUGE_SHIFT Mapping MutableMapping NGROUPS_MAX O_ACCMODE ' +
    'O_APPEND O_ASYNC O_BINARY O_CLOEXEC O_CREAT O_DIRECT O_DIRECTORY O_DSYNC O_EVTONLY O_EXCL O_EXLOCK O_FSYNC ' +
    'O_LARGEFILE O_NDELAY O_NOATIME O_NOCTTY O_NOFOLLOW O_NOFOLLOW_ANY O_NOINHERIT O_NONBLOCK O_PATH O_RANDOM ' +
    'O_RDONLY O_RDWR O_RSYNC O_SEQUENTIAL O_SHLOCK O_SHORT_LIVED O_SYMLINK O_SYNC O_TEMPORARY O_TEXT O_TMPFILE ' +
    'O_TRUNC O_WRONLY POSIX_FADV_DONTNEED POSIX_FADV_NOREUSE POSIX_FADV_NORMAL POSIX_FADV_RANDOM ' +
    'POSIX_FADV_SEQUENTIAL POSIX_FADV_WILLNEED POSIX_SPAWN_CLOSE POSIX_SPAWN_CLOSEFROM POSIX_SPAWN_DUP2 ' +
    'POSIX_SPAWN_OPEN PRIO_DARWIN_BG PRIO_DARWIN_NONPRIO PRIO_DARWIN_PROCESS PRIO_DARWIN_THREAD PRIO_PGRP ' +
    'PRIO_PROCESS PRIO_USER P_ALL P_DETACH P_NOWAIT P_NOWAITO P_OVERLAY P_PGID P_PID P_PIDFD P_WAIT PathLike ' +
    'RTLD_DEEPBIND RTLD_GLOBAL RTLD_LAZY RTLD_LOCAL RTLD_NODELETE RTLD_NOLOAD RTLD_NOW RWF_APPEND RWF_DSYNC ' +
    'RWF_HIPRI RWF_NOWAIT RWF_SYNC R_OK SCHED_BATCH SCHED_DEADLINE SCHED_FIFO SCHED_IDLE SCHED_NORMAL SCHED_OTHER ' +
    'SCHED_RESET_ON_FORK SCHED_RR SEEK_CUR SEEK_DATA SEEK_END SEEK_HOLE SEEK_SET SPLICE_F_MORE SPLICE_F_MOVE ' +
    'SPLICE_F_NONBLOCK ST_APPEND ST_MANDLOCK ST_NOATIME ST_NODEV ST_NODIRATIME ST_NOEXEC ST_NOSUID ST_RDONLY ' +
    'ST_RELATIME ST_SYNCHRONOUS ST_WRITE TFD_CLOEXEC TFD_NONBLOCK TFD_TIMER_ABSTIME TFD_TIMER_CANCEL_ON_SET ' +
    'TMP_MAX WCONTINUED WCOREDUMP WEXITED WEXITSTATUS WIFCONTINUED WIFEXITED WIFSIGNALED WIFSTOPPED WNOHANG ' +
    'WNOWAIT WSTOPPED WSTOPSIG WTERMSIG WUNTRACED W_OK XATTR_CREATE XATTR_REPLACE XATTR_SIZE_MAX X_OK _Environ ' +
    '__all__ __builtins__ __cached__ __file__ __loader__ __name__ __package__ __spec__ _check_methods _execvpe ' +
    '_exists _exit _fspath _fwalk _fwalk_close _fwalk_walk _fwalk_yield _get_exports_list _spawnvef _walk ' +
    '_walk_symlinks_as_files _wrap_close abc abort access add_dll_directory altsep chdir chflags chmod chown ' +
    'chroot close closerange confstr confstr_names copy_file_range cpu_count ctermid curdir defpath ' +
    'device_encoding devnull dup dup2 environ environb error eventfd eventfd_read eventfd_write execl execle ' +
    'execlp execlpe execv execve execvp execvpe extsep fchdir fchmod fchown fdatasync fdopen fork forkpty ' +
    'fpathconf fsdecode fsencode fspath fstat fstatvfs fsync ftruncate fwalk get_blocking get_exec_path ' +
    'get_handle_inheritable get_inheritable get_terminal_size getcwd getcwdb getegid getenv getenvb geteuid ' +
    'getgid getgrouplist getgroups getloadavg getlogin getpgid getpgrp getpid getppid getpriority getrandom ' +
    'getresgid getresuid getsid getuid getxattr grantpt initgroups isatty kill killpg lchflags lchmod lchown ' +
    'linesep link listdir listdrives listmounts listvolumes listxattr lockf login_tty lseek lstat major makedev ' +
    'makedirs memfd_create minor mkdir mkfifo mknod name nice open openpty pardir path pathconf pathconf_names ' +
    'pathsep pidfd_open pipe pipe2 plock popen posix_fadvise posix_fallocate posix_openpt posix_spawn ' +
    'posix_spawnp pread preadv process_cpu_count ptsname putenv pwrite pwritev read readinto readlink readv ' +
    'register_at_fork reload_environ remove removedirs removexattr rename renames replace rmdir scandir ' +
    'sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getparam sched_getscheduler ' +
    'sched_param sched_rr_get_interval sched_setaffinity sched_setparam sched_setscheduler sched_yield sendfile ' +
    'sep set_blocking set_handle_inheritable set_inheritable setegid seteuid setgid setgroups setns setpgid ' +
    'setpgrp setpriority setregid setresgid setresuid setreuid setsid setuid setxattr spawnl spawnle spawnlp ' +
    'spawnlpe spawnv spawnve spawnvp spawnvpe splice st startfile stat stat_result statvfs statvfs_result ' +
    'strerror supports_bytes_environ supports_dir_fd supports_effective_ids supports_fd supports_follow_symlinks ' +
    'symlink sync sys sysconf sysconf_names system tcgetpgrp tcsetpgrp terminal_size timerfd_create ' +
    'timerfd_gettime timerfd_gettime_ns timerfd_settime timerfd_settime_ns times times_result truncate ttyname ' +
    'umask uname uname_result unlink unlockpt unsetenv unshare urandom utime wait wait3 wait4 waitid ' +
    'waitid_result waitpid waitstatus_to_exitcode walk write writev',
  'os.path':
    'ALLOW_MISSING ALL_BUT_LAST __all__ __builtins__ __cached__ __file__ __loader__ __name__ __package__ __spec__ ' +
    '_get_sep _getfullpathname _joinrealpath _path_normpath _varprog _varprogb abspath altsep basename commonpath ' +
    'commonprefix curdir defpath devnull dirname exists expanduser expandvars extsep genericpath getatime ' +
    'getctime getmtime getsize isabs isdevdrive isdir isfile isjunction islink ismount isreserved join lexists ' +
    'normcase normpath os pardir pathsep realpath relpath samefile sameopenfile samestat sep split splitdrive ' +
    'splitext splitroot stat supports_unicode_filenames sys',
  platform:
    'AndroidVer IOSVersionInfo _Processor _WIN32_CLIENT_RELEASES _WIN32_SERVER_RELEASES __builtins__ __cached__ ' +
    '__copyright__ __file__ __loader__ __name__ __package__ __spec__ __version__ _comparable_version ' +
    '_component_re _default_architecture _follow_symlinks _get_machine_win32 _ironpython26_sys_version_parser ' +
    '_ironpython_sys_version_parser _java_getprop _libc_search _mac_ver_xml _node _norm_version _os_release_cache ' +
    '_os_release_candidates _os_release_line _os_release_unescape _parse_os_release _platform _platform_cache ' +
    '_pypy_sys_version_parser _sys_version _sys_version_cache _sys_version_parser _syscmd_file _syscmd_ver ' +
    '_uname_cache _unknown_as_blank _ver_output _ver_stages _win32_ver _wmi _wmi_query android_ver architecture ' +
    'collections freedesktop_os_release functools invalidate_caches ios_ver itertools java_ver libc_ver mac_ver ' +
    'machine node os platform processor python_branch python_build python_compiler python_implementation ' +
    'python_revision python_version python_version_tuple re release subprocess sys system system_alias uname ' +
    'uname_result version win32_edition win32_is_iot win32_ver',
  range: '__bool__ __contains__ __getitem__ __iter__ __len__ __reversed__ count index start step stop',
  re:
    'A ASCII DEBUG DOTALL I IGNORECASE L LOCALE M MULTILINE Match NOFLAG Pattern PatternError RegexFlag S Scanner ' +
    'T TEMPLATE U UNICODE VERBOSE X _MAXCACHE _MAXCACHE2 _ZeroSentinel __all__ __builtins__ __cached__ __file__ ' +
    '__loader__ __name__ __package__ __path__ __spec__ __version__ _cache _cache2 _casefix _compile _compile_repl ' +
    '_compile_template _compiler _constants _expand _locale _parser _pickle _special_chars_map _sre _subx ' +
    '_zero_sentinel compile copyreg enum error escape findall finditer fullmatch functools match prefixmatch ' +
    'purge search split sre_compile sre_parse sub subn template',
  're.Match':
    '__class_getitem__ __copy__ __deepcopy__ __getitem__ __module__ end endpos expand group groupdict groups ' +
    'lastgroup lastindex pos re regs span start string',
  're.Pattern':
    '__class_getitem__ __copy__ __deepcopy__ __module__ findall finditer flags fullmatch groupindex groups match ' +
    'pattern scanner search split sub subn',
  set:
    '__and__ __class_getitem__ __contains__ __iand__ __ior__ __isub__ __iter__ __ixor__ __len__ __or__ __rand__ ' +
    '__ror__ __rsub__ __rxor__ __sub__ __xor__ add clear copy difference difference_update discard intersection ' +
    'intersection_update isdisjoint issubset issuperset pop remove symmetric_difference ' +
    'symmetric_difference_update union update',
  str:
    '__add__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __mod__ __mul__ __rmod__ __rmul__ ' +
    'capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha ' +
    'isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust ' +
    'lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit ' +
    'rstrip split splitlines startswith strip swapcase title translate upper zfill',
  sys:
    '_MEIPASS __breakpointhook__ __displayhook__ __excepthook__ __loader__ __name__ __package__ __spec__ ' +
    '__stderr__ __stdin__ __stdout__ __unraisablehook__ _base_executable _baserepl _clear_internal_caches ' +
    '_clear_type_cache _current_exceptions _current_frames _deactivate_opcache _debugmallocstats _framework ' +
    '_get_cpu_count_config _getframe _getframemodulename _getquickenedcount _git _home _is_gil_enabled ' +
    '_is_interned _jit _setprofileallthreads _settraceallthreads _stdlib_dir _xoptions abiflags ' +
    'activate_stack_trampoline addaudithook api_version argv audit base_exec_prefix base_prefix breakpointhook ' +
    'builtin_module_names byteorder call_tracing copyright deactivate_stack_trampoline displayhook dllhandle ' +
    'dont_write_bytecode exc_info excepthook exception exec_prefix executable exit flags float_info ' +
    'float_repr_style get_asyncgen_hooks get_coroutine_origin_tracking_depth get_int_max_str_digits ' +
    'getallocatedblocks getdefaultencoding getdlopenflags getfilesystemencodeerrors getfilesystemencoding ' +
    'getprofile getrecursionlimit getrefcount getsizeof getswitchinterval gettrace getunicodeinternedsize ' +
    'getwindowsversion hash_info hexversion implementation int_info intern is_finalizing is_remote_debug_enabled ' +
    'is_stack_trampoline_active maxsize maxunicode meta_path modules monitoring orig_argv path path_hooks ' +
    'path_importer_cache platform platlibdir prefix pycache_prefix pypy_find_executable pypy_find_stdlib ' +
    'pypy_initfsencoding pypy_resolvedirof pypy_translation_info pypy_version_info remote_exec set_asyncgen_hooks ' +
    'set_coroutine_origin_tracking_depth set_int_max_str_digits setdlopenflags setprofile setrecursionlimit ' +
    'setswitchinterval settrace stderr stdin stdlib_module_names stdout thread_info unraisablehook version ' +
    'version_info warnoptions winver',
  'sys.implementation': '__dict__ __replace__ _multiarch cache_tag hexversion name version',
  tuple:
    '__add__ __class_getitem__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __mul__ __rmul__ count ' +
    'index',
  type:
    '__base__ __bases__ __basicsize__ __call__ __dict__ __dictoffset__ __flags__ __instancecheck__ __itemsize__ ' +
    '__module__ __mro__ __name__ __or__ __prepare__ __qualname__ __ror__ __subclasscheck__ __subclasses__ ' +
    '__text_signature__ __weakrefoffset__ mro',
  version_info:
    '__add__ __class_getitem__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __match_args__ __mul__ ' +
    '__replace__ __rmul__ count index major micro minor n_fields n_sequence_fields n_unnamed_fields releaselevel ' +
    'serial',
  view:
    '__and__ __contains__ __iter__ __len__ __or__ __rand__ __reversed__ __ror__ __rsub__ __rxor__ __sub__ __xor__ ' +
    'isdisjoint mapping',
};

const known = new Map<string, ReadonlySet<string>>();

/** @param kind  a type such as `str`, or a module such as `os.path` */
export function attributeNames(kind: string): ReadonlySet<string> {
  const modules = /^(?:sys|os|os\.path|platform|re|sys\.implementation)$/.test(kind) ? names.module : '';
  const found = known.get(kind) ?? new Set(`${names[kind] ?? ''} ${modules} ${names.object}`.split(' '));
  known.set(kind, found);
  return found;
}

/** Whether the attributes of a type are known here. */
export function isListed(kind: string): boolean {
  return kind === 'object' || Object.hasOwn(names, kind);
}

/** Attributes of values that came with a version of CPython. */
const since: Readonly<Record<string, number>> = {
  'int.is_integer': 12,
  'bool.is_integer': 12,
  'bytes.__buffer__': 12,
  'bytes.__bytes__': 11,
  'complex.__complex__': 11,
  'complex.from_number': 14,
  'float.from_number': 14,
  'function.__annotate__': 14,
  'function.__type_params__': 12,
  'version_info.__replace__': 13,
};

/** Of values alone: what a module has depends on the host, too. */
export function isMissing(kind: string, name: string, {minor, pypy}: Language): boolean {
  if (/^(?:sys|os|os\.path|platform|re|sys\.implementation)$/.test(kind)) return false;
  if (name === '__getstate__') return minor < 11;
  return pypy
    ? name === '__sizeof__' || (name === 'mapping' && kind === 'view') || (since[`${kind}.${name}`] ?? 0) > minor
    : (since[`${kind}.${name}`] ?? 0) > minor || (name === '__setformat__' && minor > 10);
}
