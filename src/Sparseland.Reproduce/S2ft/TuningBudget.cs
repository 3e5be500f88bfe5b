using System.Globalization;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Masks;

namespace Sparseland.Reproduce.S2ft;

/// <summary>Shares of heads and neurons with which S²FT trains as many numbers as LoRA of a rank, as nearly as whole structures allow: one head, the rest neurons, all on the reading side.</summary>
/// <param name="LoraCount">Numbers that LoRA trains.</param>
/// <param name="Heads">Heads of which output columns are trained.</param>
/// <param name="Neurons">Neurons of which down columns are trained.</param>
/// <param name="O">The share of heads.</param>
/// <param name="D">The share of neurons.</param>
internal sealed record TuningBudget(long LoraCount, int Heads, int Neurons, double O, double D)
{
    /// <summary>The budget of a rank on the projections that S²FT's authors compare with.</summary>
    public static TuningBudget Of(TransformerConfiguration configuration, int rank, bool heads = true)
    {
        var lora = 0L;
        for (var block = 0; block < configuration.BlockCount; block++)
            foreach (var projection in TensorNames.Projections(configuration.GatedFeedForward).Where(name => name is not ("self_attn.o_proj" or "mlp.gate_proj")))
            {
                var shape = TensorCatalog.ProjectionShape(configuration, block, projection);
                lora += rank * ((long)shape[0] + shape[1]);
            }
        var (headSets, neuronSets) = (StructureSet.Of(configuration, StructureKinds.Heads), StructureSet.Of(configuration, StructureKinds.Neurons));
        var head = heads ? (long)headSets[0].Consumer.Extent * configuration.Width : 0;
        var neurons = (int)((lora - head) / configuration.Width);
        return new TuningBudget(lora, heads ? 1 : 0, neurons, heads ? Share(1, headSets.Sum(set => set.Count)) : 0, Share(neurons, neuronSets.Sum(set => set.Count)));
    }

    /// <summary>The method of S²FT with these shares.</summary>
    public string Method(string select, string layers = "global") => string.Create(CultureInfo.InvariantCulture, $"s2ft:o={O:R},d={D:R},select={select},layers={layers}");

    // A little more than the quotient, so that the product cut to a whole number is the count.
    private static double Share(int count, int all) => (count + 0.01) / all;
}
