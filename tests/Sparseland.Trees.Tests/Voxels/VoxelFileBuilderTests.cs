using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Trees.Voxels;

namespace Sparseland.Trees.Tests.Voxels;

public sealed class VoxelFileBuilderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bricks").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(300)]
    [InlineData(2500)]
    public void The_file_is_byte_for_byte_that_of_the_grid_in_memory_however_many_runs_it_took(int bricks)
    {
        var path = Path.Combine(_folder, "grid");
        var grid = new VoxelGrid<float>(7);
        var random = new RandomStream((ulong)bricks, "builder");
        using (var builder = new VoxelFileBuilder<float>(path, 7, VoxelFileBuilder<float>.LeastMemory))
        {
            // Places come back later, so that runs share bricks and later values cover earlier ones.
            for (var i = 0; i < 40 * bricks; i++)
            {
                var (brick, value) = (random.NextInt(bricks), (float)random.NextNormal());
                var (x, y, z) = (8 * (brick % 20) - 80 + random.NextInt(8), 8 * (brick / 20 % 20) - 60 + random.NextInt(8), 8 * (brick / 400) + random.NextInt(8));
                grid.Set(x, y, z, value);
                builder.Set(x, y, z, value);
            }
            Assert.InRange(builder.Runs, bricks > 1000 ? 3 : 0, bricks > 1000 ? int.MaxValue : 0);
            builder.Finish();
        }
        var expected = Path.Combine(_folder, "expected");
        VoxelFile.Write(expected, grid.Freeze());
        Assert.Equal(File.ReadAllBytes(expected), File.ReadAllBytes(path));
        Assert.Equal(grid.ActiveCount, VoxelFile.Open<float>(path).ActiveCount);
        Assert.Equal([expected, path], Directory.GetFiles(_folder).Order());
    }

    [Fact]
    public void Small_values_have_whole_words_too()
    {
        var path = Path.Combine(_folder, "bytes");
        using var builder = new VoxelFileBuilder<byte>(path, 1, VoxelFileBuilder<byte>.LeastMemory);
        builder.Set(-5, 6, 7, 200);
        builder.Finish();
        var read = VoxelFile.Open<byte>(path);
        Assert.Equal((200, 1, true, 1L), (read.Get(-5, 6, 7), read.Get(0, 0, 0), read.IsActive(-5, 6, 7), read.ActiveCount));
    }

    [Fact]
    public void A_grid_of_nothing_is_a_file_too()
    {
        var path = Path.Combine(_folder, "nothing");
        using var builder = new VoxelFileBuilder<float>(path, 3, VoxelFileBuilder<float>.LeastMemory);
        builder.Finish();
        Assert.Equal(3, VoxelFile.Open<float>(path).Get(1, 2, 3));
    }

    [Fact]
    public void What_is_not_finished_leaves_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        using (var builder = new VoxelFileBuilder<float>(Path.Combine(_folder, "half"), 0, VoxelFileBuilder<float>.LeastMemory))
        {
            for (var i = 0; i < 1000; i++)
                builder.Set(8 * i, 0, 0, i);
            Assert.True(builder.Runs > 0);
            Assert.Throws<OperationCanceledException>(() => builder.Finish(null, cancelled.Token));
        }
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Throws<InvalidSettingException>(() => new VoxelFileBuilder<float>("x", 0, 1000));
        Assert.Throws<UnsupportedException>(() => new VoxelFileBuilder<char>("x", 'a', 1 << 20));
        using var builder = new VoxelFileBuilder<float>(Path.Combine(_folder, "far"), 0, 1 << 20);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Set(1 << 23, 0, 0, 1));
        builder.Finish();
        Assert.Throws<ObjectDisposedException>(() => builder.Set(0, 0, 0, 1));
    }
}
