# SPDX-License-Identifier: MIT
# A build with one bug in it (README.md): -DRAFT_MUTANT=ID of the catalogue, or FILE:NUMBER of an
# automatic one. raft_mutant(VARIABLE) puts the mutated copy in its file's place in that list of
# sources. The tool that makes the copy is built here, since sources must exist before the build.
set(RAFT_MUTANT "" CACHE STRING "Build with this bug of tests/mutants/catalogue; empty = none")

set(mutant_file "")
if(RAFT_MUTANT)
    set(mutants ${CMAKE_CURRENT_LIST_DIR})
    set(mutate ${CMAKE_BINARY_DIR}/mutate)
    set(mutant_copy ${CMAKE_BINARY_DIR}/mutant.c)
    file(GLOB mutate_sources ${mutants}/*.c ${CMAKE_SOURCE_DIR}/lib/base/*.c)
    if(NOT EXISTS ${mutate})
        execute_process(COMMAND ${CMAKE_C_COMPILER} -std=c11 -O1 -D_GNU_SOURCE
            -I ${CMAKE_SOURCE_DIR}/lib -o ${mutate} ${mutate_sources} COMMAND_ERROR_IS_FATAL ANY)
    endif()
    if(RAFT_MUTANT MATCHES "^(.+):([0-9]+)$")
        set(mutant_file ${CMAKE_MATCH_1})
        set(mutate_command auto ${mutant_file} ${CMAKE_MATCH_2})
    else()
        execute_process(COMMAND ${mutate} show ${mutants}/catalogue ${RAFT_MUTANT} file
            OUTPUT_VARIABLE mutant_file OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
        if(NOT mutant_file)
            message(FATAL_ERROR "our design cannot express ${RAFT_MUTANT}: see tests/mutants/catalogue")
        endif()
        set(mutate_command apply ${mutants}/catalogue ${RAFT_MUTANT} .)
    endif()
    execute_process(COMMAND ${mutate} ${mutate_command} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
        OUTPUT_FILE ${mutant_copy} ERROR_VARIABLE mutant_said COMMAND_ERROR_IS_FATAL ANY)
    message(STATUS "mutant ${RAFT_MUTANT} in ${mutant_file} ${mutant_said}")
    set_source_files_properties(${mutant_copy} PROPERTIES COMPILE_OPTIONS "-w;-Wno-error")
endif()

function(raft_mutant variable)
    set(list ${${variable}})
    if(mutant_file AND "${CMAKE_SOURCE_DIR}/${mutant_file}" IN_LIST list)
        list(REMOVE_ITEM list ${CMAKE_SOURCE_DIR}/${mutant_file})
        list(APPEND list ${mutant_copy})
        set(${variable} ${list} PARENT_SCOPE)
    endif()
endfunction()
