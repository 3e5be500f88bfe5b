using Sparseland.Chance;

namespace Sparseland.Trees.Partitions;

/// <summary>Cuts along a random direction: the baseline that any choice should beat.</summary>
internal sealed class RandomCut(ulong seed) : CutRule
{
    private readonly RandomStream _chance = new(seed, "random cuts");

    /// <inheritdoc/>
    public override PlanePoint Choose(ReadOnlySpan<PlanePoint> polygon, double area, double first, double second, int cuts) => FirstPieceFirst(Math.PI * _chance.NextDouble());
}
