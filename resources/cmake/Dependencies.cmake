# Third-party packages as imported targets. Headers come in as SYSTEM, so their warnings stay theirs.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libavfilter libavutil libswscale libswresample)
pkg_check_modules(UCHARDET REQUIRED IMPORTED_TARGET uchardet)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(Boost 1.74 REQUIRED)  # headers only: Beast
find_package(CURL 7.85 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
# By hand: since 0.2 its pkg-config file asks for protobuf's, which Debian 13's -dev package does not bring.
find_path(SENTENCEPIECE_INCLUDE_DIR sentencepiece_processor.h REQUIRED)
find_library(SENTENCEPIECE_LIBRARY sentencepiece REQUIRED)
find_library(SENTENCEPIECE_TRAIN_LIBRARY sentencepiece_train REQUIRED)
add_library(reelquery_sentencepiece INTERFACE)
target_include_directories(reelquery_sentencepiece SYSTEM INTERFACE "${SENTENCEPIECE_INCLUDE_DIR}")
target_link_libraries(reelquery_sentencepiece INTERFACE "${SENTENCEPIECE_LIBRARY}" "${SENTENCEPIECE_TRAIN_LIBRARY}")

# libtorch from the PyPI wheel, CPU half only. find_package(Torch) would pull in CUDA, so the two
# libraries are imported by hand; the GPU half is opened at run time (see core/attention).
set(TORCH_ROOT "" CACHE PATH "The wheel's torch folder, holding lib/ and include/")
set(torch_guess "${TORCH_ROOT}")
if(NOT torch_guess AND DEFINED ENV{TORCH_ROOT})
  set(torch_guess "$ENV{TORCH_ROOT}")
endif()
if(NOT torch_guess)
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(torch_guess "$ENV{XDG_CACHE_HOME}/reelquery/deps/torch")
  else()
    set(torch_guess "$ENV{HOME}/.cache/reelquery/deps/torch")
  endif()
endif()
find_library(TORCH_CPU_LIBRARY torch_cpu PATHS "${torch_guess}/lib" NO_DEFAULT_PATH)
find_library(TORCH_C10_LIBRARY c10 PATHS "${torch_guess}/lib" NO_DEFAULT_PATH)
find_path(TORCH_INCLUDE_DIR ATen/ATen.h PATHS "${torch_guess}/include" NO_DEFAULT_PATH)
if(NOT TORCH_CPU_LIBRARY OR NOT TORCH_C10_LIBRARY OR NOT TORCH_INCLUDE_DIR)
  message(FATAL_ERROR "libtorch 2.11.0 was not found in '${torch_guess}'. "
    "Run installer/bootstrap.sh, which fetches it, or pass -DTORCH_ROOT=<site-packages/torch>.")
endif()
# As in Settings.cmake: its checks name the files of its headers.
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-ffile-prefix-map=${TORCH_INCLUDE_DIR}=torch>")
endif()
add_library(reelquery::c10 SHARED IMPORTED)
set_target_properties(reelquery::c10 PROPERTIES IMPORTED_LOCATION "${TORCH_C10_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${TORCH_INCLUDE_DIR};${TORCH_INCLUDE_DIR}/torch/csrc/api/include"
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${TORCH_INCLUDE_DIR};${TORCH_INCLUDE_DIR}/torch/csrc/api/include")
add_library(reelquery::torch SHARED IMPORTED)
set_target_properties(reelquery::torch PROPERTIES IMPORTED_LOCATION "${TORCH_CPU_LIBRARY}"
  INTERFACE_LINK_LIBRARIES "reelquery::c10;Threads::Threads"
  INTERFACE_LINK_OPTIONS "-Wl,--allow-shlib-undefined")
