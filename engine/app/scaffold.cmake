# Writes scaffold.inc: what `journey new` writes, as the repository has it.
# cmake -DROOT=<repository> -DOUT=<file> -P scaffold.cmake
set(TEXT "")
macro(give KIT FOLDER)
    file(GLOB_RECURSE FILES RELATIVE ${ROOT}/${FOLDER} ${ROOT}/${FOLDER}/*.journey ${ROOT}/${FOLDER}/*.html)
    list(SORT FILES)
    foreach(FILE ${FILES})
        file(READ ${ROOT}/${FOLDER}/${FILE} BYTES)
        string(APPEND TEXT "{\"${KIT}\", \"${FILE}\", R\"SCAFFOLD(${BYTES})SCAFFOLD\"},\n")
    endforeach()
endmacro()
give(first examples/01-first-journey)
give(shop workflows)
file(CONFIGURE OUTPUT ${OUT} CONTENT "${TEXT}" @ONLY)
