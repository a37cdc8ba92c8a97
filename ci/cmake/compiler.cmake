# Flags, compiler cache and linker. Everything here holds for our own targets only.

set(CMAKE_CXX_FLAGS_DEV "-O0 -g1 -fno-omit-frame-pointer" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_QUICK "-O0" CACHE STRING "")
set(CMAKE_CXX_FLAGS_RELEASE "-O2" CACHE STRING "" FORCE)

add_library(bestgres_flags INTERFACE)
target_compile_options(bestgres_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports these inside the standard library's own std::string and std::variant.
    target_compile_options(bestgres_flags INTERFACE
        -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds
        $<$<CONFIG:Release>:-Wno-stringop-overread>)
endif()
target_include_directories(bestgres_flags INTERFACE ${CMAKE_SOURCE_DIR})

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A tenth of the compile time is the compiler collecting its own garbage; two jobs fit without.
    add_compile_options(--param=ggc-min-heapsize=1048576)
endif()

# The agent is linked statically, which the sanitizers do not support: it never gets these flags.
add_library(bestgres_sanitizers INTERFACE)
if(BESTGRES_SANITIZE)
    # Without the checks of every pointer, which double the compile time: ASan stops at a bad one all the same.
    target_compile_options(bestgres_sanitizers INTERFACE
        -fsanitize=address,undefined -fno-sanitize-recover=all
        -fno-sanitize=vptr,null,alignment,object-size,nonnull-attribute,returns-nonnull-attribute)
    target_link_options(bestgres_sanitizers INTERFACE -fsanitize=address,undefined)
endif()

# ccache keys are made independent of the checkout's path, and precompiled headers are accepted.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=10G
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        ${CCACHE_PROGRAM})
    add_compile_options(-fpch-preprocess)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        remove_definitions()
        set_property(DIRECTORY PROPERTY COMPILE_OPTIONS "")
        add_compile_options(SHELL:-Xclang -fno-pch-timestamp)
    endif()
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
    add_link_options(-fuse-ld=mold)
endif()
