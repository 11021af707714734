# What is installed where, and the DEB and TGZ made of it. libtorch travels along: no distribution has it.
include(GNUInstallDirs)
set(private_libs "${CMAKE_INSTALL_LIBDIR}/reelquery")

if(TARGET reelquery)
  set_target_properties(reelquery_program PROPERTIES INSTALL_RPATH "$ORIGIN/../../${private_libs}")
  install(TARGETS reelquery RUNTIME DESTINATION bin)
  install(TARGETS reelquery_program RUNTIME DESTINATION libexec/reelquery)  # where app/launcher.cpp looks
endif()

# Opened only where a card is; libtorch's own GPU half is too large to travel along.
foreach(library reelquery_cuda reelquery_cuda_graph)
  if(TARGET ${library})
    install(TARGETS ${library} LIBRARY DESTINATION "${private_libs}")
  endif()
endforeach()

get_filename_component(torch_lib_dir "${TORCH_CPU_LIBRARY}" DIRECTORY)
file(GLOB cuda_runtime_libs "${torch_lib_dir}/../../nvidia/*/lib/libcudart.so.*"
                            "${torch_lib_dir}/../../nvidia/*/lib/libcupti.so.*")
install(FILES "${torch_lib_dir}/libtorch_cpu.so" "${torch_lib_dir}/libc10.so" "${torch_lib_dir}/libgomp.so.1"
              ${cuda_runtime_libs}
        DESTINATION "${private_libs}")

foreach(folder demo_model samples)
  if(EXISTS "${PROJECT_SOURCE_DIR}/resources/${folder}")
    install(DIRECTORY "resources/${folder}" DESTINATION "${CMAKE_INSTALL_DATADIR}/reelquery"
            PATTERN train EXCLUDE)
  endif()
endforeach()
if(TARGET app_gui)
  set(app_id io.github.reelquery.Reelquery)
  install(FILES "installer/linux/${app_id}.desktop" DESTINATION "${CMAKE_INSTALL_DATADIR}/applications")
  install(FILES "installer/linux/${app_id}.metainfo.xml" DESTINATION "${CMAKE_INSTALL_DATADIR}/metainfo")
endif()
install(FILES LICENSE README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")

set(CPACK_PACKAGE_NAME reelquery)
set(CPACK_PACKAGE_VENDOR Reelquery)
set(CPACK_PACKAGE_CONTACT "Reelquery developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_PACKAGE_SECTION video)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${torch_lib_dir}")
set(CPACK_PACKAGE_DIRECTORY "${CMAKE_BINARY_DIR}/packages")
include(CPack)
