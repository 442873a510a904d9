// What is looked up in a library that is not linked has the types that the header declares.
#pragma once

typedef __typeof__(cblas_sgemm) *CBLASSingleMatrixMatrix;
typedef __typeof__(cblas_sgemv) *CBLASSingleMatrixVector;
typedef __typeof__(cblas_dgemm) *CBLASDoubleMatrixMatrix;
typedef __typeof__(cblas_dgemv) *CBLASDoubleMatrixVector;
