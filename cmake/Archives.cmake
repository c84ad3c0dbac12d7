# Where third-party code comes from. To find and bind the symbols of six shared libraries takes the
# dynamic loader longer than a hit in the cache takes cwasm; so their archives and headers are used
# where there are any. A shared libcwasm takes the shared ones, and so do builds that look for errors,
# which compile and link faster that way.
if(BUILD_SHARED_LIBS OR CWASM_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(default OFF)
else()
  set(default ON)
endif()
option(CWASM_STATIC_DEPENDENCIES "Take third-party code from archives and headers" ${default})

# cwasm_dependency(NAME TARGET [LIBRARY...])
# Makes cwasm_NAME: libNAME.a with the include directories of TARGET and what the archive needs
# besides, or TARGET where there is no archive.
function(cwasm_dependency name target)
  add_library(cwasm_${name} INTERFACE)
  if(CWASM_STATIC_DEPENDENCIES)
    find_library(CWASM_${name}_ARCHIVE NAMES lib${name}.a)
    mark_as_advanced(CWASM_${name}_ARCHIVE)
    if(CWASM_${name}_ARCHIVE)
      target_include_directories(cwasm_${name} SYSTEM INTERFACE
        $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
      target_link_libraries(cwasm_${name} INTERFACE
        "${CWASM_${name}_ARCHIVE}" Threads::Threads ${CMAKE_DL_LIBS} ${ARGN})
      return()
    endif()
    message(STATUS "There is no lib${name}.a: cwasm starts slower with the shared library")
  endif()
  target_link_libraries(cwasm_${name} INTERFACE ${target})
endfunction()

# cwasm_headers(NAME TARGET DEFINITION...)
# Makes cwasm_NAME: the headers of TARGET alone, which these definitions make complete, or TARGET.
function(cwasm_headers name target)
  add_library(cwasm_${name} INTERFACE)
  if(CWASM_STATIC_DEPENDENCIES)
    target_include_directories(cwasm_${name} SYSTEM INTERFACE
      $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
    target_compile_definitions(cwasm_${name} INTERFACE ${ARGN})
  else()
    target_link_libraries(cwasm_${name} INTERFACE ${target})
  endif()
endfunction()
