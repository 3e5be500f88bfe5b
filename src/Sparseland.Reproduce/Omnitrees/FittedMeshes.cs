using System.Globalization;
using Sparseland.Errors;
using Sparseland.Progress;
using Sparseland.Space.Meshes;
using Sparseland.Space.Omnitrees;

namespace Sparseland.Reproduce.Omnitrees;

/// <summary>Closed meshes of the data folder: the paper's own measure, the ratio of the rates of convergence.</summary>
internal static class FittedMeshes
{
    private static readonly string[] Names = ["classic/fandisk.obj", "classic/spot.obj", "classic/cow.obj", "classic/cheburashka.obj", "classic/suzanne.obj", "classic/armadillo.obj", "libigl_open/3holes.off", "libigl_open/bumpy-cube.obj", "libigl_open/bunny.off"];

    public static Claim Claim { get; } = new("meshes", "closed meshes: the omnitree needs fewer boxes than the octree at equal error on every one, and converges faster in the mean (the paper: 1.5 times over 4,166 meshes)");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, List<string> notes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var folder = context.DataFolder is null ? null : Path.Combine(context.DataFolder, "meshes");
        var options = OmnitreesExperiment.Options(context);
        var rows = new List<IReadOnlyList<string>>();
        var (boxes, rates) = (new List<double>(), new List<double>());
        foreach (var name in context.Quick ? Names[..2] : Names)
        {
            var path = folder is null ? null : Path.Combine(folder, name);
            if (!File.Exists(path))
                continue;
            progress?.Report(new("fitting meshes", rows.Count, Names.Length, name));
            var mesh = MeshFile.Read(path);
            try
            {
                var pair = FittedPair.Of(new MeshBody(mesh), options with { Seed = context.Seeds[0] }, cancellation);
                boxes.Add(pair.BoxRatio);
                rates.Add(pair.RateRatio);
                rows.Add([Path.GetFileNameWithoutExtension(name), Number(mesh.TriangleCount, 0), Number(100 * pair.CommonError, 3), Number(pair.BoxRatio, 2), Number(pair.BitRatio, 2), Number(pair.Octree.Slope, 3), Number(pair.Omnitree.Slope, 3), Number(pair.RateRatio, 2)]);
            }
            catch (MismatchException fault)
            {
                notes.Add($"{Path.GetFileName(name)} was left out: {fault.Message}.");
            }
        }
        if (rows.Count == 0)
        {
            notes.Add("The meshes are not there (SPARSELAND_DATA names their folder): what is claimed for them was not tested.");
            outcomes.Add(new(Claim, Verdict.NotTested, "the meshes are not there"));
            return;
        }
        rows.Add(["mean", "", "", Number(boxes.Average(), 2), "", "", "", Number(rates.Average(), 2)]);
        tables.Add(new(string.Create(CultureInfo.InvariantCulture, $"Closed meshes, {options.Boxes} boxes at most: octree over omnitree at the lowest error that both reach"),
            ["", "triangles", "error, %", "boxes", "bits", "slope, octree", "slope, omnitree", "rate ratio"], rows));
        outcomes.Add(new(Claim, boxes.All(ratio => ratio > 1) && rates.Average() > 1 ? Verdict.Holds : Verdict.Fails, $"boxes {Number(boxes.Min(), 2)} to {Number(boxes.Max(), 2)} times, rate {Number(rates.Average(), 2)} times in the mean of {rates.Count} meshes"));
    }

    private static string Number(double value, int decimals) => value.ToString("N" + decimals, CultureInfo.InvariantCulture);
}
