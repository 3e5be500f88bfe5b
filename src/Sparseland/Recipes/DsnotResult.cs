using Sparseland.Masks;

namespace Sparseland.Recipes;

/// <summary>A refined mask.</summary>
/// <param name="Mask">What is kept now.</param>
/// <param name="Swaps">Exchanges of every row.</param>
/// <param name="ErrorsBefore">E of every row under the first mask: the expected dense output less the expected sparse output, summed over a sequence.</param>
/// <param name="ErrorsAfter">E of every row under the refined mask.</param>
/// <param name="SkippedRows">Rows of which nothing or everything is kept: they have nothing to exchange.</param>
public sealed record DsnotResult(Mask Mask, int[] Swaps, double[] ErrorsBefore, double[] ErrorsAfter, int SkippedRows)
{
    /// <summary>Exchanges per row, on average.</summary>
    public double MeanSwaps => Swaps.Length == 0 ? 0 : Swaps.Average();

    /// <summary>The mean over the rows of |E| under the first mask.</summary>
    public double MeanErrorBefore => MeanMagnitude(ErrorsBefore);

    /// <summary>The mean over the rows of |E| under the refined mask.</summary>
    public double MeanErrorAfter => MeanMagnitude(ErrorsAfter);

    internal static double MeanMagnitude(double[] errors) => errors.Length == 0 ? 0 : errors.Sum(Math.Abs) / errors.Length;
}
