# Whether the CUDA library is built. REELQUERY_CUDA: AUTO builds it where nvcc is found, ON makes its
# absence an error, OFF leaves it out. Sets REELQUERY_HAS_CUDA. Include from the top directory.
set(REELQUERY_HAS_CUDA OFF)
if(REELQUERY_CUDA)
  include(CheckLanguage)
  if(NOT DEFINED CMAKE_CUDA_COMPILER AND EXISTS /usr/local/cuda/bin/nvcc)
    set(CMAKE_CUDA_COMPILER /usr/local/cuda/bin/nvcc)
  endif()
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    # The targets name their own architectures; CMake 3.25 knows no CUDA20.
    set(CMAKE_CUDA_ARCHITECTURES OFF)
    set(CMAKE_CUDA_STANDARD 17)
    set(CMAKE_CUDA_RUNTIME_LIBRARY Static)
    enable_language(CUDA)
    set(REELQUERY_HAS_CUDA ON)
  elseif(NOT REELQUERY_CUDA STREQUAL "AUTO")
    message(FATAL_ERROR "REELQUERY_CUDA=${REELQUERY_CUDA}, but no nvcc was found. Install the CUDA "
      "toolkit 13.0, put nvcc on the PATH, or pass -DREELQUERY_CUDA=AUTO.")
  endif()
endif()
if(NOT REELQUERY_HAS_CUDA)
  message(STATUS "CUDA library: not built (REELQUERY_CUDA=${REELQUERY_CUDA})")
endif()

# Flags of every CUDA target. Without NDEBUG the assembler would run wgmma instructions one by one.
function(reelquery_cuda_target name)
  target_link_libraries(${name} PRIVATE reelquery_settings)
  target_compile_definitions(${name} PRIVATE NDEBUG)
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr>
    $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>
    $<$<AND:$<COMPILE_LANGUAGE:CUDA>,$<BOOL:${REELQUERY_WERROR}>>:-Werror=all-warnings>)
  set_target_properties(${name} PROPERTIES CUDA_STANDARD 17 CUDA_STANDARD_REQUIRED ON)
endfunction()
