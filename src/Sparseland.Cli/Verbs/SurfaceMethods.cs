using Sparseland.Progress;
using Sparseland.Space;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Surfaces;
using Sparseland.Space.Surfaces.DualMesh;
using Sparseland.Trees.Voxels;

namespace Sparseland.Cli.Verbs;

/// <summary>What a surface is taken from: a grid, or a field in a box.</summary>
/// <param name="Grid">The grid; null when there is a field.</param>
/// <param name="Field">The field; null when there is a grid.</param>
/// <param name="Box">Where the field is looked at.</param>
/// <param name="Spacing">Between samples.</param>
/// <param name="Level">What is below is inside.</param>
/// <param name="Force">Whether depths that may need too much memory are taken.</param>
/// <param name="Progress">Told how far it is.</param>
/// <param name="CancellationToken">Ends the work early.</param>
internal sealed record SurfaceInput(VoxelGrid<float>? Grid, IBatchField? Field, Box3 Box, float Spacing, float Level, bool Force, IProgress<ProgressReport> Progress, CancellationToken CancellationToken);

/// <summary>A way to take a surface out of a field or grid.</summary>
/// <param name="Name">What is typed.</param>
/// <param name="Summary">What it is good for, in a few words.</param>
/// <param name="Extract">The work.</param>
/// <param name="IsUnsigned">Whether it takes distances without sign, and so open surfaces; it cannot take grids.</param>
internal sealed record SurfaceMethod(string Name, string Summary, Func<SurfaceInput, TriangleMesh> Extract, bool IsUnsigned = false);

/// <summary>The methods; a new one is a line.</summary>
internal static class SurfaceMethods
{
    public static IReadOnlyList<SurfaceMethod> All { get; } =
    [
        new("marching-cubes", "smooth, watertight, vertices on the lattice", input => input.Grid is { } grid
            ? MarchingCubes.Of(grid, input.Level)
            : MarchingCubes.Of(input.Field!, input.Box, input.Spacing, new() { Level = input.Level }, input.Progress, input.CancellationToken)),
        new("dual-contouring", "keeps edges and corners sharp", input => input.Grid is { } grid
            ? DualContouring.Of(grid, input.Level)
            : DualContouring.Of(input.Field!, input.Box, input.Spacing, new() { Level = input.Level }, input.Progress, input.CancellationToken)),
        new("dualmesh-udf", "open surfaces from distances without sign, edges and corners sharp", input =>
        {
            var side = Math.Max(input.Box.Extent.X, Math.Max(input.Box.Extent.Y, input.Box.Extent.Z));
            var options = new DualMeshOptions { Bounds = input.Box, MaximumDepth = Math.Max(1, (int)Math.Round(Math.Log2(side / input.Spacing))), Force = input.Force };
            return DualMeshUdf.Extract(input.Field!, options, input.Progress, input.CancellationToken).Mesh;
        }, IsUnsigned: true),
    ];
}
