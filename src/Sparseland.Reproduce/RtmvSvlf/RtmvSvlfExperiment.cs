using System.Globalization;
using System.Numerics;
using Sparseland.Progress;
using Sparseland.Space;
using Sparseland.Space.LightFields;
using Sparseland.Space.Views;
using Sparseland.Trees.Keys;

namespace Sparseland.Reproduce.RtmvSvlf;

/// <summary>SVLF beside a small NeRF and a grid of densities at equal time, and what its depth supervision and its octree are worth.</summary>
public sealed class RtmvSvlfExperiment : IExperiment
{
    private const int TenTimes = 10;
    private static readonly Vector3 s_background = Vector3.One;

    private static readonly Claim s_equalTime = new("equal-time", "learned for equal processor time, SVLF's test views are at least 3 dB better than NeRF's");
    private static readonly Claim s_tenTimes = new("ten-times", "NeRF with ten times the time is at most 1.5 dB better than SVLF");
    private static readonly Claim s_rendering = new("rendering", "a picture takes NeRF at least 30 times as long as SVLF");
    private static readonly Claim s_queries = new("queries", "SVLF asks its network at most 8 times for a ray that meets voxels, NeRF 128 times");
    private static readonly Claim s_ablation = new("ablation", "PSNR: SVLF > without depth supervision > without the octree (as many voxels at equal distances)");
    private static readonly Claim s_level = new("level", "bricks: an octree of level 7 is better than one of level 6");
    private static readonly Claim s_lego = new("lego", "real views without depth (lego, 100 x 100): SVLF from its visual hull is at least as good as NeRF at equal time");

    private readonly List<IReadOnlyList<string>> _rows = [];

    /// <inheritdoc/>
    public string Name => "rtmv-svlf";

    /// <inheritdoc/>
    public string Summary => "a sparse voxel light field: an octree from depth and a small network that answers for whole rays";

    /// <inheritdoc/>
    public string Source => "Tremblay, Meshry et al., 2022, arXiv 2205.07058 (RTMV and SVLF)";

    /// <inheritdoc/>
    public IReadOnlyList<Claim> Claims => [s_equalTime, s_tenTimes, s_rendering, s_queries, s_ablation, s_level, s_lego];

    /// <inheritdoc/>
    public ExperimentResult Run(ExperimentContext context, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        _rows.Clear();
        var size = context.Quick ? RtmvSvlfSize.Quick : RtmvSvlfSize.Full;
        var faults = Claims.ToDictionary(claim => claim.Id, _ => new List<string>());
        var evidence = Claims.ToDictionary(claim => claim.Id, _ => new List<string>());
        void Expect(Claim claim, bool holds, string figures) => (holds ? evidence : faults)[claim.Id].Add(figures);
        foreach (var seed in SceneSeeds(context))
        {
            foreach (var name in size.Scenes)
            {
                var data = TracedViews.Trace(name, seed, size.TrainViews, size.TestViews, size.Pixels, size.Samples, progress, cancellation);
                CompareOn($"{name} {seed}", data, size, seed, Expect, progress, cancellation);
            }
        }
        if (!context.Quick && context.DataFolder is { } folder && Path.Combine(folder, "multiview", "nerf_lego") is var lego && Directory.Exists(lego))
            CompareLego(ViewDataset.Read(lego, new() { ImageFolder = "train100", HoldOutEvery = 8 }, null, cancellation), size, context.Seeds[0], Expect, progress, cancellation);
        var outcomes = Claims.Select(claim =>
        {
            var (bad, good) = (faults[claim.Id], evidence[claim.Id]);
            return bad.Count > 0 ? new ClaimOutcome(claim, Verdict.Fails, string.Join("; ", bad))
                : good.Count > 0 ? new ClaimOutcome(claim, Verdict.Holds, string.Join("; ", good))
                : new ClaimOutcome(claim, Verdict.NotTested, context.Quick ? "not in the quick size" : "the data is not there");
        }).ToList();
        var table = new ExperimentTable(string.Create(CultureInfo.InvariantCulture, $"{size.TrainViews} training and {size.TestViews} test views of {size.Pixels} x {size.Pixels} pixels, traced with {size.Samples} paths a pixel, over white"),
            ["scene", "method", "processor seconds", "steps", "PSNR (dB)", "SSIM", "depth error (m)", "queries per ray", "ms per picture"], [.. _rows]);
        return new([table], outcomes, Notes(context, size));
    }

    // The first seed's clutter was looked at while the defaults were chosen, so it judges nothing.
    private static IEnumerable<ulong> SceneSeeds(ExperimentContext context) => context.Seeds.Count == 1 ? context.Seeds : context.Quick ? context.Seeds.Skip(1) : context.Seeds.TakeLast(1);

    private static string[] Notes(ExperimentContext context, RtmvSvlfSize size) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"Scenes and methods with the seeds that the table names; the first seed's scene was looked at while the defaults were chosen and takes no part. Times are processor seconds of all threads together ({size.Seconds:0} for every method, {TenTimes * size.Seconds:0} for the long NeRF; on two cores half as long), so they hold on a machine that does other things too. Times of a picture are processor milliseconds.{(context.Quick ? " Quick size: small pictures and times in which NeRF makes few steps; the full size has two scenes and larger ones." : "")}"),
    ];

    private void CompareOn(string name, ViewDataset data, RtmvSvlfSize size, ulong seed, Action<Claim, bool, string> expect, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var rays = new RayTable(data.Train, s_background);
        var cube = OccupiedVoxels.CubeAround(Box3.Around(rays.Hits()));
        TimedResult Measure(string method, Func<int, ViewTrainer> begin, double times = 1)
        {
            var result = TimedTraining.Run(begin, times * size.Seconds, data, s_background, cube.Size, progress, cancellation);
            AddRow(name, method, result);
            return result;
        }
        ViewTrainer Svlf(int steps, LightFieldOptions shape, bool withDepth) =>
            LightFieldTrainer.Begin(rays, shape, new() { Steps = steps, BatchRays = size.LightFieldRays, DepthSupervision = withDepth, Seed = seed }, null, cancellation);
        var nerf = size.Nerf with { Seed = seed };

        var svlf = Measure("SVLF", steps => Svlf(steps, size.Shape, true));
        var blind = Measure("without depth supervision", steps => Svlf(steps, size.Shape, false));
        var uniform = Measure("without octree", steps => Svlf(steps, size.Shape with { Uniform = true, Level = Math.Min(6, size.Shape.Level) }, true));
        if (!size.IsQuick)
        {
            var coarser = Measure($"SVLF, level {size.Shape.Level - 1}", steps => Svlf(steps, size.Shape with { Level = size.Shape.Level - 1 }, true));
            if (name.StartsWith("bricks", StringComparison.Ordinal))
                expect(s_level, svlf.Scores.Psnr > coarser.Scores.Psnr, string.Create(CultureInfo.InvariantCulture, $"{svlf.Scores.Psnr:F2} against {coarser.Scores.Psnr:F2} dB"));
        }
        Measure("grid of densities", steps => new GridTrainer(rays, cube, size.Grid with { Steps = steps, Seed = seed }));
        var shortNerf = Measure("NeRF", steps => new NerfTrainer(rays, cube, nerf with { Steps = steps }));
        var longNerf = Measure("NeRF, ten times as long", steps => new NerfTrainer(rays, cube, nerf with { Steps = steps }), TenTimes);
        if (!size.IsQuick)
            Measure("NeRF 8x128", steps => new NerfTrainer(rays, cube, nerf with { Steps = steps, Layers = 8, Width = 128 }));

        string Figures(FormattableString text) => $"{name}: {text.ToString(CultureInfo.InvariantCulture)}";
        expect(s_equalTime, svlf.Scores.Psnr >= shortNerf.Scores.Psnr + 3, Figures($"{svlf.Scores.Psnr:F2} against {shortNerf.Scores.Psnr:F2} dB"));
        expect(s_tenTimes, longNerf.Scores.Psnr <= svlf.Scores.Psnr + 1.5, Figures($"{longNerf.Scores.Psnr:F2} against {svlf.Scores.Psnr:F2} dB"));
        expect(s_rendering, longNerf.PictureSeconds >= 30 * svlf.PictureSeconds, Figures($"{longNerf.PictureSeconds / svlf.PictureSeconds:F0} times"));
        expect(s_queries, svlf.Scores.QueriesPerHitRay <= 8 && longNerf.Scores.QueriesPerHitRay >= 128, Figures($"{svlf.Scores.QueriesPerHitRay:F2} against {longNerf.Scores.QueriesPerHitRay:F0}"));
        expect(s_ablation, svlf.Scores.Psnr > blind.Scores.Psnr && blind.Scores.Psnr > uniform.Scores.Psnr, Figures($"{svlf.Scores.Psnr:F2}, {blind.Scores.Psnr:F2}, {uniform.Scores.Psnr:F2} dB"));
    }

    private void CompareLego(ViewDataset data, RtmvSvlfSize size, ulong seed, Action<Claim, bool, string> expect, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var rays = new RayTable(data.Train, s_background);
        Cube cube = new VisualHull(rays.Views).FindCube();
        var svlf = TimedTraining.Run(steps => LightFieldTrainer.Begin(rays, size.Shape, new() { Steps = steps, BatchRays = size.LightFieldRays, Seed = seed, PruneAtPercent = "15,30,45,60" }, null, cancellation),
            size.Seconds, data, s_background, cube.Size, progress, cancellation);
        var nerf = TimedTraining.Run(steps => new NerfTrainer(rays, cube, size.Nerf with { Steps = steps, Seed = seed }), size.Seconds, data, s_background, cube.Size, progress, cancellation);
        AddRow("lego (real, no depth)", "SVLF from the visual hull", svlf);
        AddRow("lego (real, no depth)", "NeRF", nerf);
        expect(s_lego, svlf.Scores.Psnr >= nerf.Scores.Psnr, string.Create(CultureInfo.InvariantCulture, $"{svlf.Scores.Psnr:F2} against {nerf.Scores.Psnr:F2} dB"));
    }

    private void AddRow(string scene, string method, TimedResult result)
    {
        string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        _rows.Add([scene, method, Text($"{result.TrainingSeconds:F1}"), Text($"{result.Steps}"), Text($"{result.Scores.Psnr:F2}"), Text($"{result.Scores.Ssim:F4}"),
            double.IsNaN(result.Scores.Depth) ? "-" : Text($"{result.Scores.Depth:F4}"), Text($"{result.Scores.QueriesPerHitRay:F2}"), Text($"{1000 * result.PictureSeconds:F1}")]);
    }
}
