# What is installed where, and the DEB and TGZ made of it. libtorch travels along, in a package of its own that
# updates of the program do not fetch again: no distribution has it.
include(GNUInstallDirs)
set(private_libs "${CMAKE_INSTALL_LIBDIR}/reelquery")

if(TARGET reelquery)
  set_target_properties(reelquery_program PROPERTIES INSTALL_RPATH "$ORIGIN/../../${private_libs}")
  # A path of the build that is written over at the end leaves room of its own length: in packages there is none.
  if(DEFINED ENV{SOURCE_DATE_EPOCH})
    set_target_properties(reelquery_program PROPERTIES BUILD_WITH_INSTALL_RPATH ON)
  endif()
  install(TARGETS reelquery RUNTIME DESTINATION bin COMPONENT program)
  # Where app/launcher.cpp looks.
  install(TARGETS reelquery_program RUNTIME DESTINATION libexec/reelquery COMPONENT program)
endif()

# Opened only where a card is; libtorch's own GPU half is too large to travel along.
foreach(library reelquery_cuda reelquery_cuda_graph)
  if(TARGET ${library})
    install(TARGETS ${library} LIBRARY DESTINATION "${private_libs}" COMPONENT program)
    if(DEFINED ENV{SOURCE_DATE_EPOCH})
      set_target_properties(${library} PROPERTIES BUILD_WITH_INSTALL_RPATH ON)
    endif()
  endif()
endforeach()

get_filename_component(torch_lib_dir "${TORCH_CPU_LIBRARY}" DIRECTORY)
file(GLOB cuda_runtime_libs "${torch_lib_dir}/../../nvidia/*/lib/libcudart.so.*"
                            "${torch_lib_dir}/../../nvidia/*/lib/libcupti.so.*")
install(FILES "${torch_lib_dir}/libtorch_cpu.so" "${torch_lib_dir}/libc10.so" "${torch_lib_dir}/libgomp.so.1"
              ${cuda_runtime_libs}
        DESTINATION "${private_libs}" COMPONENT torch)
# CMake strips what it has built only.
install(CODE "
  if(CMAKE_INSTALL_DO_STRIP)
    file(GLOB libraries \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${private_libs}/lib*.so*\")
    execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-unneeded \${libraries} COMMAND_ERROR_IS_FATAL ANY)
  endif()" COMPONENT torch)

foreach(folder demo_model samples)
  if(EXISTS "${PROJECT_SOURCE_DIR}/resources/${folder}")
    install(DIRECTORY "resources/${folder}" DESTINATION "${CMAKE_INSTALL_DATADIR}/reelquery"
            COMPONENT program PATTERN train EXCLUDE)
  endif()
endforeach()
if(TARGET app_gui)
  set(app_id io.github.reelquery.Reelquery)
  install(FILES "installer/linux/${app_id}.desktop" DESTINATION "${CMAKE_INSTALL_DATADIR}/applications"
          COMPONENT program)
  install(FILES "installer/linux/${app_id}.metainfo.xml" DESTINATION "${CMAKE_INSTALL_DATADIR}/metainfo"
          COMPONENT program)
  install(FILES resources/icons/reelquery.svg RENAME "${app_id}.svg" COMPONENT program
          DESTINATION "${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps")
endif()
install(FILES README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT program)
foreach(part program torch)
  set(folder "${CMAKE_INSTALL_DATADIR}/doc/reelquery")
  if(part STREQUAL torch)
    string(APPEND folder "-torch")
  endif()
  install(FILES installer/linux/copyright DESTINATION "${folder}" COMPONENT ${part})
endforeach()

# Man page, completions and the changelog as Debian wants it, of the program that was built.
find_package(Python3 COMPONENTS Interpreter QUIET)
if(TARGET reelquery AND Python3_Interpreter_FOUND)
  set(docs "${CMAKE_BINARY_DIR}/docs")
  add_custom_command(
    OUTPUT "${docs}/reelquery.1.gz" "${docs}/reelquery.bash" "${docs}/changelog.gz" "${docs}/changelog.Debian.gz"
    COMMAND "${CMAKE_COMMAND}" -E env "LD_LIBRARY_PATH=${torch_lib_dir}"
            "$<TARGET_FILE:Python3::Interpreter>" "${PROJECT_SOURCE_DIR}/installer/command_docs.py" "$<TARGET_FILE:reelquery>"
            "${docs}" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
    DEPENDS reelquery reelquery_program installer/command_docs.py CHANGELOG.md
    COMMENT "Man page and completions from the program's own help" VERBATIM)
  add_custom_target(reelquery_docs ALL DEPENDS "${docs}/reelquery.1.gz")
  install(FILES "${docs}/reelquery.1.gz" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT program)
  install(FILES "${docs}/reelquery.bash" RENAME reelquery COMPONENT program
          DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
  install(FILES "${docs}/_reelquery" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions"
          COMPONENT program)
  install(FILES "${docs}/reelquery.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d"
          COMPONENT program)
  foreach(log changelog.gz changelog.Debian.gz)
    install(FILES "${docs}/${log}" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/reelquery" COMPONENT program)
    install(FILES "${docs}/${log}" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/reelquery-torch" COMPONENT torch)
  endforeach()
endif()

set(CPACK_PACKAGE_NAME reelquery)
set(CPACK_PACKAGE_VENDOR Reelquery)
set(CPACK_PACKAGE_CONTACT "Reelquery developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program torch)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Reelquery developers <reelquery@users.noreply.github.com>")
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE "https://github.com/reelquery/reelquery")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME reelquery)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION video)
# CPack puts the summary before it.
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
"Drop a long video on the window, ask, and get an answer with the moments it
rests on, offline. A small embedded model is included; models of the Qwen-VL
families are read from where they lie.")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${torch_lib_dir}")
# What is loaded while running and no linker sees: the library's data base, icons in SVG, Qt's own words.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS
    "reelquery-torch (= ${PROJECT_VERSION}-1), libqt6sql6-sqlite, libqt6svg6, qt6-qpa-plugins")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "qt6-wayland, qt6-translations-l10n, fonts-dejavu-core")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "python3-huggingface-hub")
set(CPACK_DEBIAN_TORCH_PACKAGE_NAME reelquery-torch)
set(CPACK_DEBIAN_TORCH_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_TORCH_DESCRIPTION
"This is the processor half of libtorch, which the program reelquery computes
with.")
set(CPACK_DEBIAN_TORCH_PACKAGE_SHLIBDEPS ON)
set(CPACK_PACKAGE_DIRECTORY "${CMAKE_BINARY_DIR}/packages")
include(CPack)
