using System.Text.Json.Nodes;
using Sparseland.Space.Images;
using Sparseland.Space.Meshes;

namespace Sparseland.Cli.Tests;

public sealed class SpaceVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-space").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_coloured_mesh_becomes_voxels_and_a_coloured_closed_mesh_again()
    {
        var ball = MeshPrimitives.Icosphere(1, 3);
        MeshFile.Write(In("ball.ply"), new TriangleMesh(ball.Positions, ball.Triangles, [.. ball.Positions.Select(_ => new System.Numerics.Vector3(1, 0, 0))]));
        var voxels = Json("voxelize", In("ball.ply"), "--depth", "5", "-o", In("ball.voxels"));
        Assert.True(voxels["activeVoxels"]!.GetValue<long>() > 1000);
        Assert.True(File.Exists(In("ball.colours.voxels")));
        var report = Json("mesh", In("ball.voxels"), "-o", In("again.obj"));
        Assert.Equal((2, true), (report["eulerNumber"]!.GetValue<int>(), report["closed"]!.GetValue<bool>()));
        Assert.All(MeshFile.Read(In("again.obj")).Colours!, colour => Assert.Equal(1, colour.X));
        Assert.Equal("Single", Json("inspect", In("ball.voxels"), "--picture", In("ball.png"), "--pixels", "40")["values"]!.GetValue<string>());
        var picture = ImageFile.Read(In("ball.png"));
        Assert.Equal((40, 40), (picture.Width, picture.Height));
    }

    [Fact]
    public void Another_axis_a_method_and_a_binary_gltf_can_be_chosen()
    {
        MeshFile.Write(In("box.obj"), MeshPrimitives.Box(new(0, 0, 0), new(1, 2, 3)));
        var report = Json("mesh", In("box.obj"), "--method", "dual-contouring", "--voxel", "0.3", "-o", In("box.glb"));
        Assert.Equal(6, report["volume"]!.GetValue<double>(), 0.02);
        Assert.Equal(6, Json("inspect", In("box.glb"))["volume"]!.GetValue<double>(), 0.02);
        Json("voxelize", In("box.obj"), "--up", "y", "--as", "octree", "--depth", "4", "-o", In("box.octree"));
        Assert.Equal(4, Json("inspect", In("box.octree"))["depth"]!.GetValue<int>());
        Assert.True(Json("mesh", In("box.octree"), "-o", In("leaves.stl"))["closed"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("voxelize OPEN", "1 boundary loop")]
    [InlineData("voxelize OPEN --as tree", "expected grid or octree")]
    [InlineData("voxelize OPEN --unsigned --voxel 0", "above 0")]
    [InlineData("voxelize OPEN --unsigned --voxel 1 --depth 3", "give one of them")]
    [InlineData("voxelize OPEN --up x", "expected y or z")]
    [InlineData("voxelize NONE", "no such file")]
    [InlineData("mesh OPEN --method marching-cube --unsigned", "did you mean 'marching-cubes'")]
    [InlineData("mesh OPEN", "1 boundary loop")]
    [InlineData("mesh OPEN --unsigned --level 0", "a level above 0")]
    public void What_cannot_be_done_is_said_in_one_line(string command, string message)
    {
        MeshFile.Write(In("open.obj"), MeshPrimitives.Hemisphere(1, 12, 3));
        var words = command.Replace("OPEN", In("open.obj"), StringComparison.Ordinal).Replace("NONE", In("none.obj"), StringComparison.Ordinal).Split(' ');
        var (code, _, errors) = Tool.Run([.. words, "-q", "-o", In(words[0] == "mesh" ? "out.ply" : "out.voxels")]);
        Assert.Equal(2, code);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
        Assert.False(File.Exists(In("out.ply")) || File.Exists(In("out.voxels")));
    }

    private static JsonNode Json(params string[] arguments)
    {
        var (code, output, errors) = Tool.Run([.. arguments, "--json", "-q"]);
        Assert.True(code == 0, errors);
        return JsonNode.Parse(output)!;
    }

    private string In(string name) => Path.Combine(_folder, name);
}
