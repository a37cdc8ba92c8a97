#!/usr/bin/env python3
"""Law H2: planning touches nothing. What the pure libraries want from outside names no clock, thread, socket, file,
environment or source of chance. Run as a test over the built archives.

usage: check_symbols.py LIBRARY.a...
"""
import re
import subprocess
import sys

BANNED = re.compile(
    r"^(time|gettimeofday|clock|clock_gettime|nanosleep|usleep|sleep|localtime(_r)?|gmtime(_r)?|mktime|"
    r"s?rand(_r)?|random|getrandom|getentropy|arc4random\w*|getenv|secure_getenv|setenv|"
    r"socket|connect|bind|listen|accept4?|send(to|msg)?|recv(from|msg)?|getaddrinfo|poll|select|epoll_\w+|"
    r"open(at)?(64)?|fopen(64)?|read|write|pread|pwrite|unlink|rename|stat(64)?|opendir|fork|execv\w*|system|"
    r"pthread_create|pthread_mutex_lock)$"
    r"|^std::chrono::_V2::(system|steady)_clock::now|^std::thread|^std::random_device|^std::basic_[io]?fstream|"
    r"^std::(cout|cerr|clog|cin)\b|^std::this_thread|^std::mutex|^std::filesystem|^boost::asio|^PQ[a-z]\w*$|^SSL_")


def symbol(line):
    return line.split(" U ", 1)[1].strip() if " U " in line else ""


def banned_in(text):
    return sorted({name for name in map(symbol, text.splitlines()) if BANNED.search(name.split("@")[0])})


def self_test():
    lawful = ["memcmp", "std::chrono::operator-", "bestgres::plan::timeline(int)", "openssl_like", "strtoull", "readable",
              "bestgres::Instant::now_is(int)", "timegm"]
    unlawful = ["time", "clock_gettime", "std::chrono::_V2::system_clock::now()", "getenv", "socket", "std::cout", "rand",
                "std::random_device::_M_getval()", "fopen64", "time@GLIBC_2.2.5"]
    listing = "\n".join(f"                 U {name}" for name in lawful + unlawful)
    assert banned_in(listing) == sorted(unlawful), banned_in(listing)


def main():
    self_test()
    problems = 0
    for library in sys.argv[1:]:
        listing = subprocess.run(["nm", "-C", "--undefined-only", library], check=True, capture_output=True, text=True).stdout
        assert " U " in listing, f"{library} wants nothing: no archive of this code"
        for name in banned_in(listing):
            print(f"H2: {library} wants {name}")
            problems += 1
    print(f"{len(sys.argv) - 1} libraries, {problems} problems")
    return 1 if problems or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
