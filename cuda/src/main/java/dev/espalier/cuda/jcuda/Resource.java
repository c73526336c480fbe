package dev.espalier.cuda.jcuda;

/** What a context closes in the end, if nobody did before. */
interface Resource {
  void close();
}
