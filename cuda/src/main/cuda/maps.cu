// flags: -rdc=true -fmad=false
// The elementwise maps as functions of one element, from which Java puts the kernels of fused chains
// together (dev.espalier.cuda.fuse): their bodies are taken over, so that a chain computes what the
// kernels of its maps would, map by map.
//
//   unary_OP_TYPE(x, p)     p is used by the maps with a parameter alone
//   binary_OP_TYPE(a, b)
//
// There is no kernel here: -rdc=true keeps functions that none calls. Every operation rounds, as in
// elementwise.cu, so that no map is joined with the next.
#include "maps.cuh"

#define UNARY_FUNCTION(name, value)                                                    \
  extern "C" __device__ __noinline__ float unary_##name##_f32(float x, float p) {      \
    typedef float T;                                                                   \
    return value;                                                                      \
  }                                                                                    \
  extern "C" __device__ __noinline__ double unary_##name##_f64(double x, double p) {   \
    typedef double T;                                                                  \
    return value;                                                                      \
  }

UNARY_OPS(UNARY_FUNCTION)

#define BINARY_FUNCTION(name, value)                                                   \
  extern "C" __device__ __noinline__ float binary_##name##_f32(float a, float b) {     \
    typedef float T;                                                                   \
    return value;                                                                      \
  }                                                                                    \
  extern "C" __device__ __noinline__ double binary_##name##_f64(double a, double b) {  \
    typedef double T;                                                                  \
    return value;                                                                      \
  }

BINARY_OPS(BINARY_FUNCTION)
