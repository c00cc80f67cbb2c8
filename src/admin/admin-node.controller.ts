import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CurrentAccount } from '../auth/identity.guard.js';
import { Operation } from '../common/operation.js';
import { AdminNodeList } from '../protocol/admin.js';
import { AdminNodeService } from './admin-node.service.js';
import { ForAdministrators } from './administrator.guard.js';

/** The HTTP API with which administrators list nodes and drain them. */
@Controller('api/admin/nodes')
@ForAdministrators()
export class AdminNodeController {
  constructor(private readonly nodes: AdminNodeService) {}

  @Get()
  @Operation({
    summary: 'List all nodes by name, with their load',
    description: 'A single server is the only node.',
    reply: AdminNodeList,
    errors: ['not_logged_in', 'forbidden'],
  })
  async list(): Promise<AdminNodeList> {
    return this.nodes.list();
  }

  @Post(':id/drain')
  @HttpCode(204)
  @Operation({
    summary: 'Drain a node: move its viewers and publishers to other nodes',
    description:
      'Returns when the drain has started, after which the node gets no new viewers or broadcasts. To use the node again, cancel the drain or restart the node.',
    reply: null,
    errors: ['not_logged_in', 'forbidden', 'node_not_found', 'conflict'],
  })
  async drain(@Param('id') id: string, @CurrentAccount() by: CurrentAccount): Promise<void> {
    await this.nodes.drain(id, by);
  }

  @Delete(':id/drain')
  @HttpCode(204)
  @Operation({
    summary: 'Cancel the drain of a node',
    description:
      'The node gets new viewers and broadcasts again. Those that have already moved stay where they are. The drain of a node that is stopping can’t be canceled.',
    reply: null,
    errors: ['not_logged_in', 'forbidden', 'node_not_found', 'conflict'],
  })
  async cancelDrain(@Param('id') id: string, @CurrentAccount() by: CurrentAccount): Promise<void> {
    await this.nodes.cancelDrain(id, by);
  }
}
