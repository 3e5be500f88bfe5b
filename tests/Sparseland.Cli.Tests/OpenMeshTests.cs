namespace Sparseland.Cli.Tests;

public sealed class OpenMeshTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-open").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_open_mesh_is_made_anew_repaired_and_certified()
    {
        // A roof: two rectangles that meet in an edge, open all round.
        var (mesh, made) = (Path.Combine(_folder, "roof.obj"), Path.Combine(_folder, "made.ply"));
        File.WriteAllText(mesh, "v 0 0 0\nv 2 0 0\nv 2 1 0.7\nv 0 1 0.7\nv 2 2 0\nv 0 2 0\nf 1 2 3 4\nf 4 3 5 6\n");
        var (code, output, errors) = Tool.Run("mesh", mesh, "--method", "dualmesh-udf", "--depth", "5", "--repair", "--certificate", "-o", made, "-q");
        Assert.True(code == 0, errors);
        Assert.Contains("repaired:", output, StringComparison.Ordinal);
        Assert.Contains("Euler number 1", output, StringComparison.Ordinal);
        Assert.Contains("nowhere more than", output, StringComparison.Ordinal);
        Assert.Contains("edges of more than two triangles ", output, StringComparison.Ordinal);
        Assert.True(File.Exists(made));
    }

    [Fact]
    public void Great_depths_and_files_of_other_kinds_are_refused_in_a_line()
    {
        var (mesh, made) = (Path.Combine(_folder, "one.obj"), Path.Combine(_folder, "made.ply"));
        File.WriteAllText(mesh, "v 0 0 0\nv 2 0 0\nv 2 1 0.7\nf 1 2 3\n");
        var (code, _, errors) = Tool.Run("mesh", mesh, "--method", "dualmesh-udf", "--depth", "12", "-o", made, "-q");
        Assert.Equal(2, code);
        Assert.Contains("depth 12", errors, StringComparison.Ordinal);
        (code, _, errors) = Tool.Run("mesh", mesh, "--method", "dualmesh-udf", "--learn", Path.Combine(_folder, "net.bin"), "-o", made, "-q");
        Assert.Equal(2, code);
        Assert.Contains(".safetensors", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(made));
    }
}
