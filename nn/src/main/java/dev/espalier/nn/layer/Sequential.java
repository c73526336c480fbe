package dev.espalier.nn.layer;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import java.util.SequencedMap;

/** Modules one after the other, named 0, 1, 2 …. PyTorch: {@code torch.nn.Sequential}. */
public final class Sequential extends Module {
  public Sequential(Module... modules) {
    for (int i = 0; i < modules.length; i++) {
      child(Integer.toString(i), modules[i]);
    }
  }

  /** Modules with names of their own. */
  public Sequential(SequencedMap<String, Module> modules) {
    modules.forEach(this::child);
  }

  @Override
  public Variable forward(Variable x) {
    Variable y = x;
    var modules = children().values().iterator();
    Module module = modules.hasNext() ? modules.next() : null;
    while (module != null) {
      Module next = modules.hasNext() ? modules.next() : null;
      if (module instanceof BeforeRelu joined && module.training() && next instanceof ReLU) {
        y = joined.forwardRelu(y);
        next = modules.hasNext() ? modules.next() : null;
      } else {
        y = module.forward(y);
      }
      module = next;
    }
    return y;
  }
}
