using Sparseland.Space.LightFields;

namespace Sparseland.Reproduce.RtmvSvlf;

/// <summary>How large the experiment is.</summary>
/// <param name="Scenes">Which scenes.</param>
/// <param name="TrainViews">Views to learn from.</param>
/// <param name="TestViews">Views to judge by.</param>
/// <param name="Pixels">Rows and columns of a view.</param>
/// <param name="Samples">Traced paths of a pixel.</param>
/// <param name="Seconds">Processor seconds of a training, all threads together.</param>
/// <param name="Shape">The light field.</param>
/// <param name="LightFieldRays">Rays of its steps.</param>
/// <param name="Nerf">The radiance field.</param>
/// <param name="Grid">The grid of densities.</param>
internal sealed record RtmvSvlfSize(
    IReadOnlyList<string> Scenes, int TrainViews, int TestViews, int Pixels, int Samples, double Seconds, LightFieldOptions Shape, int LightFieldRays, NerfOptions Nerf, GridOptions Grid)
{
    /// <summary>Two scenes, 40 views of 64 x 64; three minutes on two cores for SVLF, thirty for the long NeRF.</summary>
    public static RtmvSvlfSize Full { get; } = new(TracedViews.Names, 40, 10, 64, 64, 360, new() { Level = 7, MinimumHits = 1 }, 4096,
        new() { Layers = 4, Width = 64, BatchRays = 512 }, new() { Side = 96, BatchRays = 4096 });

    /// <summary>One kind of scene, small, in about a minute.</summary>
    public static RtmvSvlfSize Quick { get; } = new(["clutter"], 24, 4, 32, 24, 2.5, new() { Level = 6, MinimumHits = 1 }, 1024,
        new() { Layers = 4, Width = 64, BatchRays = 128, NetworkRate = 2e-3f }, new() { Side = 48, BatchRays = 512 });

    /// <summary>Whether this is the quick size.</summary>
    public bool IsQuick => ReferenceEquals(this, Quick);
}
