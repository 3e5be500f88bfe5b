namespace Sparseland.Recipes;

/// <summary>What has to be gathered about the inputs of a layer. A method names what it needs; only that is computed.</summary>
[Flags]
public enum StatisticsKind
{
    /// <summary>Nothing: the weights suffice and no calibration is run.</summary>
    None = 0,

    /// <summary>Σx² of every input channel (Wanda, OWL).</summary>
    SumOfSquares = 1,

    /// <summary>Mean and variance of every input channel (DSnoT, FLAP).</summary>
    Moments = 2,

    /// <summary>XᵀX (SparseGPT and every other update by least squares).</summary>
    Gram = 4,

    /// <summary>Moments and XᵀX of a quarter of the tokens apart, for methods that check their own result (DSnoT's guard).</summary>
    HeldOut = 8,
}
