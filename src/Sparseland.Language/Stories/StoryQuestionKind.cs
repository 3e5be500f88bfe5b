namespace Sparseland.Language.Stories;

/// <summary>What a question in a story asks for, and by how many steps its answer follows from the text before it.</summary>
public enum StoryQuestionKind
{
    /// <summary>Where a person is, or a thing that nobody holds: stated by the latest sentence about it.</summary>
    Where,

    /// <summary>Who holds a thing, or nobody.</summary>
    Who,

    /// <summary>How many a person has, where the text has stated the present number.</summary>
    Count,

    /// <summary>What a person said last, or nothing.</summary>
    Said,

    /// <summary>What a person was told last and by whom, or nothing.</summary>
    Told,

    /// <summary>What colour a thing has, as it was introduced.</summary>
    Colour,

    /// <summary>The code of a lock, given once, perhaps long before.</summary>
    Key,

    /// <summary>Where a thing is that somebody holds, answered at once: its holder, then the holder's place.</summary>
    WhereHeld,

    /// <summary>How many a person has after changes whose result the text has not stated, answered at once.</summary>
    CountChanged,

    /// <summary>Where a thing is, with its holder and the holder's place written out.</summary>
    WorkedWhere,

    /// <summary>How many a person has, with the changes that led to it from the number told before them written out as sums.</summary>
    WorkedCount,

    /// <summary>How many several people have together, with the sum written out.</summary>
    WorkedSum,

    /// <summary>A sum of several steps given in the question, with every step written out. Not asked in the usual stories.</summary>
    PuzzleChain,

    /// <summary>Where a thing is that lies in a container (in a container) that somebody has, all given in the question in any order, with the chain written out. Not asked in the usual stories.</summary>
    PuzzleRiddle,

    /// <summary>A sum on a work sheet, worked out one operation at a time. Not asked in the usual stories.</summary>
    SheetSum,

    /// <summary>A list on a work sheet, after the first one has given the rule away. Not asked in the usual stories.</summary>
    SheetList,
}
