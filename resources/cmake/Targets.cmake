# Helpers that keep the CMakeLists of each folder to a list of files and edges.

# reelquery_library(name SOURCES a.cpp ... [PUBLIC lib ...] [PRIVATE lib ...] [TORCH])
# TORCH links libtorch and compiles against the shared precompiled <ATen/ATen.h>.
function(reelquery_library name)
  cmake_parse_arguments(arg "TORCH" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC reelquery_settings ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  if(arg_TORCH)
    reelquery_use_torch(${name})
  endif()
endfunction()

# Compiles a target that computes nothing itself (flags, reports, tests) with -O1: two thirds of the time of -O3.
function(reelquery_build_quickly name)
  target_compile_options(${name} PRIVATE "$<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:CXX>>:-O1>")
endfunction()

# Links libtorch to a target and lets it reuse the one precompiled header of the build.
function(reelquery_use_torch name)
  target_link_libraries(${name} PUBLIC reelquery::torch)
  target_precompile_headers(${name} REUSE_FROM torch_pch)
  get_target_property(kind ${name} TYPE)
  if(kind STREQUAL "EXECUTABLE")
    # The precompiled header is made with -fPIC and would not be accepted beside -fPIE.
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${name} PRIVATE -fPIC)
  endif()
endfunction()

# Parsing <ATen/ATen.h> costs 8 s a file; precompiled once it costs 2. kernels/python builds without torch.
if(TARGET reelquery::torch)
  file(WRITE "${CMAKE_BINARY_DIR}/torch_pch.cpp" "")
  add_library(torch_pch OBJECT "${CMAKE_BINARY_DIR}/torch_pch.cpp")
  target_link_libraries(torch_pch PRIVATE reelquery_settings reelquery::torch)
  target_precompile_headers(torch_pch PRIVATE <ATen/ATen.h>)
  set_target_properties(torch_pch PROPERTIES EXCLUDE_FROM_ALL ON)
endif()

# reelquery_test(name SOURCES ... LIBS ... [LABELS unit ...] [TORCH] [TIMEOUT s])
# Every Catch2 test program shares one compiled main (tests/support/catch_main.cpp).
function(reelquery_test name)
  cmake_parse_arguments(arg "TORCH" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE reelquery_settings catch_main ${arg_LIBS})
  reelquery_build_quickly(${name})
  if(arg_TORCH)
    reelquery_use_torch(${name})
  endif()
  add_test(NAME ${name} COMMAND ${name} --order rand --rng-seed time)
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} RUN_SERIAL ON
    ENVIRONMENT GOMP_SPINCOUNT=2000)  # as app/library_environment.h does, for the reason it gives
endfunction()
