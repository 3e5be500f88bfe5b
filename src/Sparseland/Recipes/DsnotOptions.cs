namespace Sparseland.Recipes;

/// <summary>The choices of <see cref="DsnotRefiner"/>.</summary>
public sealed record DsnotOptions
{
    /// <summary>The most exchanges of a row; in an N:M pattern the most candidates it looks at. 0 leaves every mask.</summary>
    public int Cycles { get; init; } = 50;

    /// <summary>A row is left alone once |E| is at most this.</summary>
    public double Threshold { get; init; } = 0.1;

    /// <summary>Whether the threshold is a fraction of the mean |E| over the rows before the first exchange; otherwise it is the authors' absolute number, which depends on the sequences' length.</summary>
    public bool RelativeThreshold { get; init; } = true;

    /// <summary>The power of a channel's variance that its contribution is divided by when weights are revived; 0 looks at the contribution alone.</summary>
    public double VariancePower { get; init; } = 1;

    /// <summary>Whether a row stops before the exchange that would turn the sign of its E.</summary>
    public bool SameSign { get; init; } = true;

    /// <summary>N:M only: whether an exchange that does not lower |E| is passed over.</summary>
    public bool MustFall { get; init; }
}
