using System.Globalization;
using System.Text.Json;
using Sparseland.Cli.Output;
using Sparseland.Space.Meshes;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Voxels;

namespace Sparseland.Cli.Verbs;

/// <summary>Reports on meshes, octrees and grids, for people and as JSON.</summary>
internal static class SpaceReports
{
    private const int MostBorders = 5;

    public static void Write(TextWriter output, string path, MeshReport report)
    {
        output.WriteLine($"{path}: {report.Triangles:N0} triangles, {report.Vertices:N0} vertices, {report.Edges:N0} edges, {Count(report.Components, "part")}, Euler number {report.EulerNumber}");
        output.WriteLine(FormattableString.Invariant($"  area {report.Area:G6}{(report.Volume is { } volume ? FormattableString.Invariant($", volume {volume:G6}") : "")}"));
        output.WriteLine(report.IsClosed ? "  closed: no boundary edges" : $"  open: {Count(report.Borders.Count, "boundary loop")} of {report.Borders.Sum(border => border.Edges):N0} edges");
        foreach (var border in report.Borders.Take(MostBorders))
            output.WriteLine(FormattableString.Invariant($"    {border.Edges:N0} edges, length {border.Length:G5}, at {border.Start}"));
        if (report.Borders.Count > MostBorders)
            output.WriteLine($"    and {report.Borders.Count - MostBorders:N0} shorter ones");
        output.WriteLine($"  {Count(report.NonManifoldEdges, "edge")} of more than two triangles, {Count(report.InconsistentEdges, "edge")} whose triangles disagree about sides");
        output.WriteLine($"  {Count(report.ZeroAreaTriangles, "triangle")} without area, {Count(report.DuplicateTriangles, "duplicate triangle")}, {(report.UnusedVertices == 1 ? "1 vertex" : $"{report.UnusedVertices:N0} vertices")} of no triangle");
    }

    public static void Write(Utf8JsonWriter json, string path, MeshReport report)
    {
        json.WriteStartObject();
        json.WriteString("path", path);
        json.WriteNumber("triangles", report.Triangles);
        json.WriteNumber("vertices", report.Vertices);
        json.WriteNumber("edges", report.Edges);
        json.WriteNumber("components", report.Components);
        json.WriteNumber("eulerNumber", report.EulerNumber);
        json.WriteNumber("area", report.Area);
        if (report.Volume is { } volume)
            json.WriteNumber("volume", volume);
        json.WriteBoolean("closed", report.IsClosed);
        json.WriteNumber("nonManifoldEdges", report.NonManifoldEdges);
        json.WriteNumber("inconsistentEdges", report.InconsistentEdges);
        json.WriteNumber("zeroAreaTriangles", report.ZeroAreaTriangles);
        json.WriteNumber("duplicateTriangles", report.DuplicateTriangles);
        json.WriteNumber("unusedVertices", report.UnusedVertices);
        json.WriteStartArray("boundaryLoops");
        foreach (var border in report.Borders)
        {
            json.WriteStartObject();
            json.WriteNumber("edges", border.Edges);
            json.WriteNumber("length", border.Length);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(TextWriter output, string path, LinearOctree tree)
    {
        output.WriteLine($"{path}: an octree of {tree.Kind.ToString().ToLowerInvariant()}, depth {tree.Depth}, {tree.LeafCount:N0} leaves, {tree.ItemCount:N0} items of {tree.SourceCount:N0}, {TextTable.Bytes(tree.Bytes)}");
        output.WriteLine(FormattableString.Invariant($"  cube from {tree.Cube.Minimum}, side {tree.Cube.Size:G6}, leaves of {tree.Cube.Size / (1 << tree.Depth):G4}"));
        var table = new TextTable("level", "nodes", "sparsity", "children a node");
        for (var level = 0; level <= tree.Depth; level++)
        {
            var children = level == tree.Depth ? "" : TextTable.Number((double)tree.NodeCount(level + 1) / Math.Max(1, tree.NodeCount(level)));
            table.Add($"{level}", tree.NodeCount(level).ToString("N0", CultureInfo.InvariantCulture), TextTable.Percent(1 - tree.NodeCount(level) / Math.Pow(8, level), 2), children);
        }
        table.Write(output);
    }

    public static void Write(Utf8JsonWriter json, string path, LinearOctree tree)
    {
        json.WriteStartObject();
        json.WriteString("path", path);
        json.WriteString("kind", tree.Kind.ToString().ToLowerInvariant());
        json.WriteNumber("depth", tree.Depth);
        json.WriteNumber("leaves", tree.LeafCount);
        json.WriteNumber("items", tree.ItemCount);
        json.WriteNumber("bytes", tree.Bytes);
        json.WriteStartArray("nodes");
        for (var level = 0; level <= tree.Depth; level++)
            json.WriteNumberValue(tree.NodeCount(level));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write<T>(TextWriter output, string path, FrozenVoxelGrid<T> grid, GridExtent extent) where T : unmanaged
    {
        output.WriteLine($"{path}: a voxel grid of {typeof(T).Name}, {grid.ActiveCount:N0} active voxels in {grid.BrickCount:N0} bricks, {TextTable.Bytes(grid.Bytes)}, background {grid.Background}");
        output.WriteLine(FormattableString.Invariant($"  voxels of {grid.Frame.Spacing:G6} from {grid.Frame.Origin}"));
        if (grid.ActiveCount > 0)
            output.WriteLine($"  active from {Place(extent.Lower)} to {Place(extent.Upper)}: sparsity {TextTable.Percent(1 - grid.ActiveCount / extent.Voxels, 2)}, {TextTable.Number(grid.Bytes / (double)grid.ActiveCount)} bytes an active voxel");
    }

    public static void Write<T>(Utf8JsonWriter json, string path, FrozenVoxelGrid<T> grid, GridExtent extent) where T : unmanaged
    {
        json.WriteStartObject();
        json.WriteString("path", path);
        json.WriteString("values", typeof(T).Name);
        json.WriteNumber("activeVoxels", grid.ActiveCount);
        json.WriteNumber("bricks", grid.BrickCount);
        json.WriteNumber("bytes", grid.Bytes);
        json.WriteNumber("spacing", grid.Frame.Spacing);
        json.WriteNumber("boxVoxels", extent.Voxels);
        json.WriteEndObject();
    }

    private static string Place(VoxelCoordinate voxel) => $"({voxel.X}, {voxel.Y}, {voxel.Z})";

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count:N0} {what}s";
}
