namespace Sparseland.Cli.Tests;

public class RenderTests
{
    [Fact]
    public void A_picture_and_a_folder_of_views_are_made_and_not_overwritten()
    {
        var folder = Directory.CreateTempSubdirectory("sparseland-render-").FullName;
        try
        {
            var picture = Path.Combine(folder, "mug.png");
            var (code, output, errors) = Tool.Run("render", "mug", "-o", picture, "--size", "16", "--spp", "2", "-q", "--noise");
            Assert.True(code == 0, errors);
            Assert.Contains("path vertices", output, StringComparison.Ordinal);
            Assert.Contains("dB", output, StringComparison.Ordinal);
            Assert.Equal(0x89, File.ReadAllBytes(picture)[0]);
            (code, _, errors) = Tool.Run("render", "mug", "-o", picture, "--size", "16", "--spp", "2", "-q");
            Assert.Equal(2, code);
            Assert.Contains("--force", errors, StringComparison.Ordinal);
            var views = Path.Combine(folder, "views");
            (code, output, errors) = Tool.Run("render", "car", "-o", views, "--size", "10x8", "--spp", "2", "--views", "2", "--test", "1", "--transparent", "--json", "-q");
            Assert.True(code == 0, errors);
            Assert.Contains("\"pathVertices\"", output, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(views, "transforms_test.json")));
            Assert.True(File.Exists(Path.Combine(views, "train", "r_1_depth.pfm")));
            Assert.True(File.Exists(Path.Combine(views, "mesh.ply")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("did you mean 'bricks'", "render", "brick", "-o", "x.png")]
    [InlineData("no such file", "render", "none.json", "-o", "x.png")]
    [InlineData("--size", "render", "mug", "-o", "x.png", "--size", "axb")]
    [InlineData("inside wall", "render", "room", "-o", "x.png", "--camera", "-3.1,0,1.5")]
    [InlineData("--camera", "render", "room", "-o", "x.png", "--camera", "1,2")]
    [InlineData("paths a pixel", "render", "mug", "-o", "x.png", "--spp", "0")]
    public void Bad_input_is_refused_in_one_line(string expected, params string[] arguments)
    {
        var (code, _, errors) = Tool.Run([.. arguments, "-q"]);
        Assert.Equal(2, code);
        Assert.Contains(expected, errors, StringComparison.OrdinalIgnoreCase);
        Assert.Single(errors.Trim().Split('\n'));
        Assert.False(File.Exists(Path.Combine(AppContext.BaseDirectory, "x.png")));
    }
}
