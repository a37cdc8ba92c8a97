# bestgres_library(NAME SOURCES a.cpp ... TESTS a_test.cpp ... LINKS other ... TEST_LINKS more ...)
# makes the library `NAME` and, where TESTS are given, the test program `NAME_test` with one ctest entry.
# Libraries named *_static are never instrumented, so that the static agent can link them.

add_library(bestgres_pch OBJECT ${CMAKE_SOURCE_DIR}/ci/cmake/pch.cpp)
target_link_libraries(bestgres_pch PRIVATE bestgres_flags bestgres_sanitizers nlohmann_json::nlohmann_json fmt::fmt)
target_precompile_headers(bestgres_pch PRIVATE ${CMAKE_SOURCE_DIR}/ci/cmake/pch.hpp)

add_library(bestgres_test_pch OBJECT ${CMAKE_SOURCE_DIR}/ci/cmake/pch.cpp)
target_link_libraries(bestgres_test_pch PRIVATE bestgres_flags bestgres_sanitizers nlohmann_json::nlohmann_json
    fmt::fmt GTest::gtest rapidcheck)
target_precompile_headers(bestgres_test_pch PRIVATE ${CMAKE_SOURCE_DIR}/ci/cmake/test_pch.hpp)

# bestgres_compile_together(TARGET): half of a file's compile time is templates that its neighbours need
# as well, so files are compiled ten at a time. Names must differ among them then, also those that are
# local to a file; libraries that are edited all day say APART, tests with fixtures of the same names TESTS_APART.
option(BESTGRES_TOGETHER "Compile the files of a library ten at a time" ON)
function(bestgres_compile_together name)
    if(BESTGRES_TOGETHER)
        set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
        # g++ takes a file that is included for a header, whose classes should hold nothing local.
        target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
    endif()
endfunction()

function(bestgres_library name)
    cmake_parse_arguments(arg "APART;TESTS_APART" "" "SOURCES;TESTS;LINKS;TEST_LINKS;BENCHES" ${ARGN})
    if(arg_SOURCES)
        add_library(${name} STATIC ${arg_SOURCES})
        target_link_libraries(${name} PUBLIC ${arg_LINKS} nlohmann_json::nlohmann_json fmt::fmt
            PRIVATE bestgres_flags bestgres_sanitizers)
        target_precompile_headers(${name} REUSE_FROM bestgres_pch)
        if(NOT arg_APART)
            bestgres_compile_together(${name})
        endif()
    else()
        add_library(${name} INTERFACE)
        target_link_libraries(${name} INTERFACE ${arg_LINKS} nlohmann_json::nlohmann_json fmt::fmt)
    endif()
    if(arg_TESTS)
        bestgres_test(${name}_test SOURCES ${arg_TESTS} LINKS ${name} ${arg_TEST_LINKS})
        if(NOT arg_APART AND NOT arg_TESTS_APART)
            bestgres_compile_together(${name}_test)
        endif()
    endif()
    if(arg_BENCHES)
        add_executable(${name}_bench EXCLUDE_FROM_ALL ${arg_BENCHES})
        target_link_libraries(${name}_bench PRIVATE ${name} bestgres_flags bestgres_sanitizers
            benchmark::benchmark benchmark::benchmark_main)
    endif()
endfunction()

# bestgres_static_library(NAME SOURCES ... LINKS ...): for programs linked with -static. Debian's fmt
# target is the shared library, so that these use its headers alone.
function(bestgres_static_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
    add_library(${name} STATIC EXCLUDE_FROM_ALL ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC ${arg_LINKS} nlohmann_json::nlohmann_json fmt::fmt-header-only
        PRIVATE bestgres_flags)
    target_compile_options(${name} PRIVATE -Os -g0 -ffunction-sections -fdata-sections)
    bestgres_compile_together(${name})
endfunction()

# bestgres_test(NAME SOURCES ... LINKS ... ARGS ...): one program, one ctest entry of the same name.
function(bestgres_test name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINKS;ARGS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_LINKS} bestgres_flags bestgres_sanitizers
        GTest::gtest GTest::gtest_main rapidcheck)
    target_precompile_headers(${name} REUSE_FROM bestgres_test_pch)
    target_compile_definitions(${name} PRIVATE BESTGRES_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${name} COMMAND ${name} ${arg_ARGS} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES TIMEOUT 600)
endfunction()

# bestgres_program(NAME SOURCES ... LINKS ...): an executable in build/<preset>/bin.
function(bestgres_program name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_LINKS} bestgres_flags bestgres_sanitizers)
    target_precompile_headers(${name} REUSE_FROM bestgres_pch)
endfunction()

# bestgres_static_program(NAME SOURCES ... LINKS x_static ...): an executable that needs nothing of the image it runs in.
function(bestgres_static_program name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_LINKS} bestgres_flags)
    target_link_options(${name} PRIVATE -static -Wl,--gc-sections -s)
endfunction()
