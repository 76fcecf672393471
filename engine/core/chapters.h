#pragma once
// Private to core. The older part of what a person has much of, events, message ids, messages, ended
// entries, is kept apart by the store. A chapter is written once: what comes later goes into the
// state, until there is enough for another one. What changes in a chapter, an event that comes late
// for one, and what is forgotten, open chapters again. Made when a checkpoint is taken; none of it is
// state: what is where changes no answer.

#include "engine/core/person.h"

namespace journey::core {

/// Whether somebody has chapters, or would at the next checkpoint. `size`: of events in one, about.
bool is_long(const Person& person, std::size_t size);
/// Makes what chapters are due, and tells the store. Cost: of what is new; nothing for most.
void seal_chapters(Person& person, std::size_t size, const Catalog& catalog, const NameTable& words,
                   model::ProfileRow& row);

// The list of chapters in a person's bytes, and the chapters themselves after them.
//   chapters = apart:bool events:n{ count:varint } messages:n{ count:varint } ended:n{ count:varint }
//              seen:varint forgotten_before:varint
//              [ not apart: how many of each kind the store has: 4{ varint }, then the chapters of
//                events, without number and n{}: n{ text } by the list ]
//   chapter  = number:varint, see ChapterKind, and by kind:
//              events    n{ time:since event:varint packed:text }    since the one before, or 1970
//              seen      n{ hash:u64 day:varint }
//              messages  n{ message }
//              ended     n{ ended }                                  since 1970
bool has_chapters(const Person& person);
void put_chapters(ByteWriter& out, const Person& person, PersonForm form);
/// What is in the state was read before. `resting`: these bytes were in memory all the time, and what
/// is in chapters of events is believed.
void get_chapters(ByteReader& in, const Catalog& catalog, NameTable& words, bool resting,
                  Person& person);

}  // namespace journey::core
