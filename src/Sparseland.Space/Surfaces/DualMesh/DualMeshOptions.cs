using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>
/// Settings of <see cref="DualMeshUdf"/>. Lengths are fractions of a leaf's edge, so that they mean the same at every depth and for every box; at depth 7 in [-1, 1]³ the defaults are the authors' numbers.
/// </summary>
public sealed record DualMeshOptions
{
    /// <summary>The deepest level that is taken without <see cref="Force"/>; one level more needs about four times the memory.</summary>
    public const int DeepestUnforced = 10;

    internal const int Deepest = 18;

    /// <summary>What is searched for the surface: the smallest cube with the same middle that holds this box. Default [-1, 1]³.</summary>
    public Box3 Bounds { get; init; } = new(new Vector3(-1), new Vector3(1));

    /// <summary>Levels of subdivision: 2^MaximumDepth leaves along a side. 1 to 10, or to 18 by force.</summary>
    public int MaximumDepth { get; init; } = 7;

    /// <summary>Points of one question to the field.</summary>
    public int Batch { get; init; } = 150_000;

    /// <summary>How near to the surface samples are ignored, how far from it a projection may end, and the margin of subdivision: 0.128 of a leaf's edge, which is 0.002 at depth 7 in [-1, 1]³.</summary>
    public double Epsilon { get; init; } = 0.128;

    /// <summary>Singular values up to this fraction of the largest count as zero.</summary>
    public double SvdThreshold { get; init; } = 0.08;

    /// <summary>How far out of its leaf the point of a plane may lie, in edges per side.</summary>
    public double PlaneFactor { get; init; } = 0.15;

    /// <summary>How far out of its leaf the point of a sharp edge may lie, in edges per side.</summary>
    public double EdgeFactor { get; init; } = 1;

    /// <summary>How far out of its leaf the point of a corner may lie, in edges per side.</summary>
    public double CornerFactor { get; init; } = 1;

    /// <summary>Whether samples near the surface and samples whose projection misses it are ignored. Off only to show what they spoil.</summary>
    public bool FilterSamples { get; init; } = true;

    /// <summary>Whether quads that contradict the tangents of their vertices are dropped. Off only to show what they spoil.</summary>
    public bool FilterQuads { get; init; } = true;

    /// <summary>
    /// Whether an edge of the lattice needs the surface between its ends to join the four vertices around it (ours). The authors join four vertices wherever they exist, and the sheet is double where
    /// the surface runs within <see cref="PlaneFactor"/> of a leaf's face.
    /// </summary>
    public bool TestCrossings { get; init; } = true;

    /// <summary>Whether depths beyond <see cref="DeepestUnforced"/> are taken.</summary>
    public bool Force { get; init; }

    /// <summary>Refuses settings that make no mesh.</summary>
    /// <exception cref="InvalidSettingException">A setting is out of range.</exception>
    /// <exception cref="ResourceLimitException">The depth is beyond 10 and not forced.</exception>
    public void Validate()
    {
        if (MaximumDepth is < 1 or > Deepest)
            throw new InvalidSettingException($"depth {MaximumDepth}: it must be 1 to {DeepestUnforced}, or by force up to {Deepest}");
        if (MaximumDepth > DeepestUnforced && !Force)
            throw new ResourceLimitException($"depth {MaximumDepth} has {1L << MaximumDepth} leaves along a side and may need tens of gigabytes; take {DeepestUnforced} or less, or force it");
        if (Bounds.IsEmpty || !(Side > 0 && float.IsFinite(Bounds.Minimum.X + Bounds.Minimum.Y + Bounds.Minimum.Z) && double.IsFinite(Side)))
            throw new InvalidSettingException($"bounds {Bounds.Minimum} to {Bounds.Maximum} are no box; give one of finite size above zero");
        if (Batch < 1)
            throw new InvalidSettingException($"a batch of {Batch} points: it must be at least 1");
        foreach (var (name, value) in new[] { ("epsilon", Epsilon), ("threshold", SvdThreshold), ("plane factor", PlaneFactor), ("edge factor", EdgeFactor), ("corner factor", CornerFactor) })
        {
            if (!(value >= 0 && value <= 10))
                throw new InvalidSettingException($"{name} {value}: it must lie between 0 and 10");
        }
    }

    internal double Side => Math.Max(Bounds.Extent.X, Math.Max(Bounds.Extent.Y, Bounds.Extent.Z));
}
