# Language, warnings and sanitizers that every target of the project shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_library(reelquery_settings INTERFACE)
get_filename_component(checkout "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
target_include_directories(reelquery_settings INTERFACE "${checkout}")
# -Wno-restrict: g++ 12 reports overlaps in std::string that are not there (GCC bug 105651).
target_compile_options(reelquery_settings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-restrict>)
# Packages are equal wherever they are built: no path of the machine in them (see installer/make_packages.sh).
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-ffile-prefix-map=${CMAKE_BINARY_DIR}=build;-ffile-prefix-map=${checkout}=.>")
endif()
if(REELQUERY_WERROR)
  target_compile_options(reelquery_settings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
# Files that share a unit share the names of their unnamed namespaces, too: each is used once in a folder.
if(REELQUERY_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
  # A unit's own file is no header and yet includes definitions; a local name may hide one of a file before.
  target_compile_options(reelquery_settings INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage -Wno-shadow>)
endif()
# One optimisation level down: calls stay visible in reports, and builds take half the time.
if(REELQUERY_SANITIZE)
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${REELQUERY_SANITIZE};-fno-omit-frame-pointer;-O1;-g1>")
  add_link_options(-fsanitize=${REELQUERY_SANITIZE})
endif()
# Some 230 programs and libraries are linked; mold takes a tenth of the time of GNU ld.
find_program(REELQUERY_MOLD mold)
if(REELQUERY_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12.1)
  add_link_options("$<$<LINK_LANGUAGE:CXX>:-fuse-ld=mold>")
endif()
if(REELQUERY_FUZZ)
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=fuzzer-no-link;-fno-sanitize-recover=undefined;-Wno-unknown-warning-option>")
endif()
